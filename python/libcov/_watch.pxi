# Errors, progress and cancelling.

cdef int check(cov_status status, const cov_error *err, str assume="crs") except -1:
    if status != 0:
        message = _errors.in_python((<const char *>err.message).decode("utf-8", "replace"), assume)
        # Ctrl-C while a producer's own Python was running: all that is left of it is its name
        if status == _errors.InputError.code and "Arrow stream" in message and "KeyboardInterrupt" in message:
            raise KeyboardInterrupt
        raise _errors.of(status, message)
    return 0


cdef struct watch_state:
    double last
    void *watch # the Watch, borrowed


cdef class Watch:
    """Watches a long call: asks for signals, tells a callback how far it is.

    The library asks between rows, and on the thread that called it. To take the interpreter's lock
    each time would cost more than the rows: once in 50 ms is enough.
    """

    cdef object callback
    cdef object failure # an exception that ended the call
    cdef str assume     # the argument that says what system to assume
    cdef watch_state state

    def __cinit__(self, callback):
        self.callback = callback
        self.failure = None
        self.assume = "crs"
        self.state.last = now()
        self.state.watch = <void *>self

    cdef int ended(self, cov_status status, const cov_error *err) except -1:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            if status != 0:
                raise failure
        return check(status, err, self.assume)


cdef double now() noexcept nogil:
    cdef timespec t
    clock_gettime(CLOCK_MONOTONIC, &t)
    return <double>t.tv_sec + 1e-9 * <double>t.tv_nsec


cdef int watch(void *data, const char *phase, double fraction) noexcept nogil:
    cdef double at = now()
    cdef watch_state *state = <watch_state *>data
    if at - state.last < 0.05:
        return 0
    state.last = at
    with gil:
        return look(<Watch>state.watch, phase, fraction)


cdef int look(Watch watching, const char *phase, double fraction) noexcept:
    try:
        PyErr_CheckSignals()
        if watching.callback is not None:
            text = phase.decode("utf-8", "replace") if phase != NULL else ""
            if watching.callback(text, fraction if fraction >= 0 else None):
                return 1
    except BaseException as failure:
        watching.failure = failure
        return 1
    return 0


cdef class Arena:
    """Texts and blocks that structures point into."""

    cdef list kept
    cdef void **blocks
    cdef size_t n_blocks

    def __cinit__(self):
        self.kept = []
        self.blocks = NULL
        self.n_blocks = 0

    def __dealloc__(self):
        cdef size_t i
        for i in range(self.n_blocks):
            free(self.blocks[i])
        free(self.blocks)

    cdef const char *text(self, object value) except? NULL:
        """UTF-8, NULL for None."""
        if value is None:
            return NULL
        if not isinstance(value, str):
            raise TypeError(f"a text was expected, not {value!r}")
        cdef bytes encoded
        try:
            encoded = (<str>value).encode()
        except UnicodeEncodeError:
            raise _errors.ArgumentError(f"{ascii(value)} can't be written in UTF-8") from None
        if b"\0" in encoded:
            raise _errors.ArgumentError(f"{ascii(value)}: a NUL is no part of a text")
        self.kept.append(encoded)
        return <const char *>encoded

    cdef const char **texts(self, object values) except? NULL:
        cdef list all = list(values)
        cdef const char **out = <const char **>self.block(len(all) * sizeof(char *))
        for i, value in enumerate(all):
            out[i] = self.text(value)
        return out

    cdef void *block(self, size_t size) except NULL:
        """Zeroed; as long as the arena lives."""
        cdef void **more = <void **>realloc(self.blocks, (self.n_blocks + 1) * sizeof(void *))
        if more == NULL:
            raise MemoryError()
        self.blocks = more
        self.blocks[self.n_blocks] = calloc(1, size + 8)
        if self.blocks[self.n_blocks] == NULL:
            raise MemoryError()
        self.n_blocks += 1
        return self.blocks[self.n_blocks - 1]
