# Numbers that lie in somebody else's memory.

cdef double double_at(const char *at, char format) noexcept nogil:
    if format == b"d":
        return (<const double *>at)[0]
    if format == b"f":
        return (<const float *>at)[0]
    if format in (b"b", b"?"):
        return (<const signed char *>at)[0]
    if format == b"B":
        return (<const unsigned char *>at)[0]
    if format == b"h":
        return (<const short *>at)[0]
    if format == b"H":
        return (<const unsigned short *>at)[0]
    if format == b"i":
        return (<const int *>at)[0]
    if format == b"I":
        return (<const unsigned int *>at)[0]
    if format in (b"l", b"q"):
        return <double>(<const int64_t *>at)[0]
    return <double>(<const uint64_t *>at)[0]


cdef int64_t whole_at(const char *at, char format) noexcept nogil:
    if format in (b"b", b"?"):
        return (<const signed char *>at)[0]
    if format == b"B":
        return (<const unsigned char *>at)[0]
    if format == b"h":
        return (<const short *>at)[0]
    if format == b"H":
        return (<const unsigned short *>at)[0]
    if format == b"i":
        return (<const int *>at)[0]
    if format == b"I":
        return (<const unsigned int *>at)[0]
    return (<const int64_t *>at)[0]


cdef class Numbers:
    """One row of numbers of any type: `data` and `stride` say where they are, once asked for."""

    cdef Py_buffer view
    cdef bint held
    cdef char format
    cdef const char *first
    cdef size_t stride
    cdef Py_ssize_t n
    cdef void *own # converted ones
    cdef str what

    def __cinit__(self, thing, str what, int column=-1):
        """`column` is one of an (n, 2) array; -1: there are no columns."""
        self.what = what
        self.own = NULL
        PyObject_GetBuffer(thing, &self.view, PyBUF_FORMAT | PyBUF_STRIDES)
        self.held = True
        text = (<const char *>self.view.format).decode() if self.view.format != NULL else "B"
        if len(text) == 2 and text[0] in "@=<":
            text = text[1:]
        if len(text) != 1 or text not in "?bBhHiIlLqQfd":
            raise _errors.ArgumentError(f"{what}: numbers were expected, not values of the format {text!r}")
        self.format = ord(text)
        if self.view.ndim != (1 if column < 0 else 2):
            raise _errors.ArgumentError(
                f"{what}: {'one dimension was' if column < 0 else 'two dimensions were'} expected, "
                f"not {self.view.ndim}")
        if column >= 0 and self.view.shape[1] != 2:
            raise _errors.ArgumentError(f"{what}: an array of shape (n, 2) was expected")
        self.n = self.view.shape[0]
        self.stride = <size_t>self.view.strides[0] # may be negative: then it is not used as it is
        self.first = <const char *>self.view.buf + (column * self.view.strides[1] if column > 0 else 0)

    def __dealloc__(self):
        free(self.own)
        if self.held:
            PyBuffer_Release(&self.view)

    cdef bint whole(self):
        return self.format not in (b"f", b"d")

    cdef const double *doubles(self) except? NULL:
        cdef Py_ssize_t i
        cdef double *out
        if self.format == b"d" and (self.view.strides[0] > 0 or self.n < 2) and (<size_t>self.first & 7) == 0:
            if self.stride == 0 or self.n < 2:
                self.stride = 8
            return <const double *>self.first
        out = <double *>malloc(self.n * sizeof(double) + 8)
        if out == NULL:
            raise MemoryError()
        self.own = out
        for i in range(self.n):
            out[i] = double_at(self.first + i * self.view.strides[0], self.format)
        self.stride = sizeof(double)
        return out

    cdef const uint64_t *words(self, uint64_t scale) except? NULL:
        """Not negative, times `scale`."""
        cdef Py_ssize_t i
        cdef double product
        cdef int64_t value
        cdef uint64_t *out
        cdef bint wide = self.format in (b"L", b"Q")
        if wide and scale == 1 and self.view.strides[0] == 8 and (<size_t>self.first & 7) == 0:
            return <const uint64_t *>self.first
        out = <uint64_t *>malloc(self.n * sizeof(uint64_t) + 8)
        if out == NULL:
            raise MemoryError()
        self.own = out
        for i in range(self.n):
            if not self.whole():
                product = double_at(self.first + i * self.view.strides[0], self.format) * scale
                if not (product >= 0) or product != rint(product) or product > 9007199254740992.0:
                    raise _errors.ArgumentError(
                        f"{self.what}: value {i + 1} is not a whole number of units of 1/{scale}, 0 or more")
                out[i] = <uint64_t>product
                continue
            value = whole_at(self.first + i * self.view.strides[0], self.format)
            if value < 0 and not wide:
                raise _errors.ArgumentError(f"{self.what}: value {i + 1} is negative")
            if <uint64_t>value > <uint64_t>-1 // scale:
                raise _errors.LimitError(f"{self.what}: value {i + 1} is too large to be counted exactly")
            out[i] = <uint64_t>value * scale
        return out


cdef Numbers numbers(object thing, str what):
    return Numbers(_inputs.numbers(thing, what), what)
