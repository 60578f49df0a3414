# Numbers that lie in somebody else's memory.

cdef union number:
    signed char b
    unsigned char B
    short h
    unsigned short H
    int i
    unsigned int I
    int64_t q
    uint64_t Q
    float f
    double d


cdef number number_at(const char *at, size_t size) noexcept nogil:
    """The number of `size` bytes at a place that need not be one for numbers."""
    cdef number out
    memcpy(&out, at, size)
    return out


cdef int64_t whole_of(number value, char format) noexcept nogil:
    """Of a number that is no decimal; of L and Q the bits."""
    if format in (b"b", b"?"):
        return value.b
    if format == b"B":
        return value.B
    if format == b"h":
        return value.h
    if format == b"H":
        return value.H
    if format == b"i":
        return value.i
    if format == b"I":
        return value.I
    return value.q


cdef double double_of(number value, char format) noexcept nogil:
    if format == b"d":
        return value.d
    if format == b"f":
        return value.f
    if format in (b"L", b"Q"):
        return <double>value.Q
    return <double>whole_of(value, format)


cdef class Numbers:
    """A row of numbers of any type: `data` and `stride` say where they are, once asked for."""

    cdef Py_buffer view
    cdef bint held
    cdef char format
    cdef const char *first
    cdef size_t stride
    cdef Py_ssize_t step
    cdef Py_ssize_t n
    cdef void *own # converted ones
    cdef str what

    def __cinit__(self, thing, str what):
        # of a memoryview, which has the strides that some exporters leave out
        view = _inputs.numbers(thing, what)
        self.what = what
        self.own = NULL
        PyObject_GetBuffer(view, &self.view, PyBUF_FORMAT | PyBUF_STRIDES)
        self.held = True
        self.format = ord(view.format[-1])
        self.n = self.view.shape[0]
        self.step = self.view.strides[0] # may be negative: then it is not used as it is
        self.stride = sizeof(double)
        self.first = <const char *>self.view.buf

    def __dealloc__(self):
        free(self.own)
        if self.held:
            PyBuffer_Release(&self.view)

    cdef bint decimal(self):
        return self.format in (b"f", b"d")

    cdef bint aligned(self):
        return (<size_t>self.first & 7) == 0 and (self.step & 7) == 0

    cdef number at(self, Py_ssize_t i) noexcept:
        return number_at(self.first + i * self.step, self.view.itemsize)

    cdef void *room(self) except NULL:
        self.own = malloc(self.n * 8 + 8)
        if self.own == NULL:
            raise MemoryError()
        return self.own

    cdef const double *doubles(self) except? NULL:
        cdef Py_ssize_t i
        cdef double *out
        if self.format == b"d" and self.step > 0 and self.aligned():
            self.stride = <size_t>self.step
            return <const double *>self.first
        out = <double *>self.room()
        for i in range(self.n):
            out[i] = double_of(self.at(i), self.format)
        return out

    cdef const uint64_t *words(self) except? NULL:
        """Bits, one for each service."""
        if self.decimal():
            raise _errors.ArgumentError(f"{self.what}: whole numbers were expected")
        return self.units(1)

    cdef const uint64_t *units(self, uint32_t scale) except? NULL:
        """Not negative, times `scale`; decimals are rounded half to even."""
        cdef Py_ssize_t i
        cdef uint64_t *out
        if self.format in (b"L", b"Q") and scale == 1 and self.step == 8 and self.aligned():
            return <const uint64_t *>self.first
        out = <uint64_t *>self.room()
        for i in range(self.n):
            state = units_of(self.at(i), self.format, scale, &out[i])
            if state != COV_DECIMAL_OK:
                self.refuse(i, state)
        return out

    cdef int refuse(self, Py_ssize_t i, cov_decimal_state state) except -1:
        value = f"{self.what}: value {i + 1}"
        if state == COV_DECIMAL_NEGATIVE:
            raise _errors.ArgumentError(f"{value} is negative")
        if state == COV_DECIMAL_NOT_A_NUMBER:
            raise _errors.ArgumentError(f"{value} is missing: give a number, 0 where it stands for nothing")
        raise _errors.LimitError(f"{value} is too large to be counted exactly")


cdef cov_decimal_state units_of(number given, char format, uint32_t scale, uint64_t *out) noexcept nogil:
    cdef cov_decimal decimal
    cdef cov_decimal_state state
    cdef int64_t value
    if format in (b"f", b"d"):
        state = cov_decimal_of_double(double_of(given, format), scale, &decimal)
        out[0] = decimal.units
        return state
    value = whole_of(given, format)
    if value < 0 and format not in (b"L", b"Q"):
        return COV_DECIMAL_NEGATIVE
    if <uint64_t>value > <uint64_t>-1 // scale:
        return COV_DECIMAL_TOO_LARGE
    out[0] = <uint64_t>value * scale
    return COV_DECIMAL_OK
