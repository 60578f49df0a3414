# Streams of Arrow: taken from capsules, made of Python's buffers, read into lists.

cdef struct made_stream:
    void *frame            # columns of our own, a reference
    int64_t row            # rows given out
    int done
    ArrowArrayStream inner # what the columns stand beside; release NULL: nothing
    char error[200]

cdef struct made_array:
    void *frame
    ArrowArray inner
    ArrowArray *own
    ArrowArray **own_children
    const void **own_buffers
    void **copies
    int n_own
    int n_copies

cdef struct made_schema:
    void *frame
    ArrowSchema inner
    ArrowSchema *own
    ArrowSchema **children


cdef class Buffer:
    """Bytes of somebody else, held."""

    cdef Py_buffer view
    cdef bint held

    def __cinit__(self, thing):
        PyObject_GetBuffer(thing, &self.view, PyBUF_SIMPLE)
        self.held = True

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.view)


cdef class Frame:
    """Columns in memory, to be given out as a stream: nothing is copied.

    A column is (name, format, metadata, buffers, nulls): buffers of bytes or None, the validity
    first, as the Arrow format has them.
    """

    cdef Py_ssize_t rows
    cdef list names, formats, metadata, buffers, nulls
    cdef dict renamed

    def __init__(self, columns, Py_ssize_t rows, renamed=None):
        self.rows = rows
        self.names = [name.encode() for name, *_ in columns]
        self.formats = [column[1].encode() for column in columns]
        self.metadata = [column[2] for column in columns]
        self.buffers = [[None if b is None else Buffer(b) for b in column[3]] for column in columns]
        self.nulls = [column[4] for column in columns]
        self.renamed = {old.encode(): new.encode() for old, new in (renamed or {}).items()}

    def stream(self, beside=None):
        """A capsule; `beside` is one of a stream whose columns come first, and whose rows are as many."""
        cdef ArrowArrayStream *out = <ArrowArrayStream *>calloc(1, sizeof(ArrowArrayStream))
        cdef made_stream *made = <made_stream *>calloc(1, sizeof(made_stream))
        cdef ArrowArrayStream *inner
        if out == NULL or made == NULL:
            free(out)
            free(made)
            raise MemoryError()
        if beside is not None:
            try:
                inner = stream_of(beside)
            except BaseException:
                free(out)
                free(made)
                raise
            made.inner = inner[0]
            inner.release = NULL
        Py_INCREF(self)
        made.frame = <void *>self
        out.get_schema = made_get_schema
        out.get_next = made_get_next
        out.get_last_error = made_last_error
        out.release = made_release
        out.private_data = made
        return PyCapsule_New(out, "arrow_array_stream", drop_stream)


cdef void drop_stream(object capsule) noexcept:
    cdef ArrowArrayStream *stream = <ArrowArrayStream *>PyCapsule_GetPointer(capsule, "arrow_array_stream")
    if stream.release != NULL:
        stream.release(stream)
    free(stream)


cdef void drop_schema(object capsule) noexcept:
    cdef ArrowSchema *schema = <ArrowSchema *>PyCapsule_GetPointer(capsule, "arrow_schema")
    if schema.release != NULL:
        schema.release(schema)
    free(schema)


cdef ArrowArrayStream *stream_of(object capsule) except NULL:
    if not PyCapsule_IsValid(capsule, "arrow_array_stream"):
        raise _errors.ArgumentError("__arrow_c_stream__ gave no capsule of an arrow_array_stream")
    cdef ArrowArrayStream *stream = <ArrowArrayStream *>PyCapsule_GetPointer(capsule, "arrow_array_stream")
    if stream.release == NULL:
        raise _errors.ArgumentError("the Arrow stream was used already")
    return stream


cdef void made_release(ArrowArrayStream *stream) noexcept with gil:
    cdef made_stream *made = <made_stream *>stream.private_data
    if made.inner.release != NULL:
        made.inner.release(&made.inner)
    Py_DECREF(<object>made.frame)
    free(made)
    stream.release = NULL


cdef const char *made_last_error(ArrowArrayStream *stream) noexcept with gil:
    cdef made_stream *made = <made_stream *>stream.private_data
    return made.error if made.error[0] != 0 else NULL


cdef int pass_error(made_stream *made, int code) noexcept:
    cdef const char *why = NULL
    if made.inner.get_last_error != NULL:
        why = made.inner.get_last_error(&made.inner)
    if why != NULL:
        strncpy(made.error, why, sizeof(made.error) - 1)
    return code


# ---------------------------------------------------------------- schema

cdef void release_own_schema(ArrowSchema *schema) noexcept with gil:
    schema.release = NULL


cdef void release_made_schema(ArrowSchema *schema) noexcept with gil:
    cdef made_schema *made = <made_schema *>schema.private_data
    if made.inner.release != NULL:
        made.inner.release(&made.inner)
    free(made.own)
    free(made.children)
    Py_DECREF(<object>made.frame)
    free(made)
    schema.release = NULL


cdef int made_get_schema(ArrowArrayStream *stream, ArrowSchema *out) noexcept with gil:
    cdef made_stream *of_stream = <made_stream *>stream.private_data
    cdef Frame frame = <Frame>of_stream.frame
    cdef made_schema *made = <made_schema *>calloc(1, sizeof(made_schema))
    cdef int64_t n = 0
    cdef int64_t own = len(frame.names)
    cdef int64_t i
    cdef int code
    if made == NULL:
        return ENOMEM
    if of_stream.inner.release != NULL:
        code = of_stream.inner.get_schema(&of_stream.inner, &made.inner)
        if code != 0:
            free(made)
            return pass_error(of_stream, code)
        n = made.inner.n_children
    made.own = <ArrowSchema *>calloc(n + own + 1, sizeof(ArrowSchema))
    made.children = <ArrowSchema **>calloc(n + own + 1, sizeof(ArrowSchema *))
    if made.own == NULL or made.children == NULL:
        if made.inner.release != NULL:
            made.inner.release(&made.inner)
        free(made.own)
        free(made.children)
        free(made)
        return ENOMEM
    for i in range(n):
        made.own[i] = made.inner.children[i][0]
        if made.own[i].name != NULL and <bytes>made.own[i].name in frame.renamed:
            made.own[i].name = <const char *><bytes>frame.renamed[<bytes>made.own[i].name]
    for i in range(own):
        made.own[n + i].format = <const char *><bytes>frame.formats[i]
        made.own[n + i].name = <const char *><bytes>frame.names[i]
        if frame.metadata[i] is not None:
            made.own[n + i].metadata = <const char *><bytes>frame.metadata[i]
        made.own[n + i].flags = 2  # nullable
    for i in range(n + own):
        made.own[i].release = release_own_schema
        made.children[i] = &made.own[i]
    Py_INCREF(frame)
    made.frame = <void *>frame
    memset(out, 0, sizeof(ArrowSchema))
    out.format = "+s"
    out.name = ""
    out.n_children = n + own
    out.children = made.children
    out.release = release_made_schema
    out.private_data = made
    return 0


# ---------------------------------------------------------------- array

cdef void release_own_array(ArrowArray *array) noexcept with gil:
    array.release = NULL


cdef void free_made_array(made_array *made) noexcept:
    cdef int i
    if made.inner.release != NULL:
        made.inner.release(&made.inner)
    if made.copies != NULL:
        for i in range(made.n_copies):
            free(made.copies[i])
    free(made.copies)
    free(made.own)
    free(made.own_children)
    free(made.own_buffers)
    if made.frame != NULL:
        Py_DECREF(<object>made.frame)
    free(made)


cdef void release_made_array(ArrowArray *array) noexcept with gil:
    free_made_array(<made_array *>array.private_data)
    array.release = NULL


cdef int width_of(char format) noexcept:
    if format in (b"c", b"C"):
        return 1
    if format in (b"s", b"S"):
        return 2
    if format in (b"i", b"I", b"f", b"u", b"z"): # of text and bytes the offsets
        return 4
    return 8


cdef void *shifted(Buffer buffer, int width, int64_t row, int64_t skip, int64_t n) noexcept:
    """Rows `row` to row + n, behind `skip` rows that are not looked at. A width of 0 is bits."""
    cdef int64_t i
    cdef uint8_t *copy
    cdef const uint8_t *data = <const uint8_t *>buffer.view.buf
    copy = <uint8_t *>calloc((skip + n) * (width if width > 0 else 1) + 1, 1)
    if copy == NULL:
        return NULL
    if width > 0:
        memcpy(copy + skip * width, data + row * width, n * width)
    else:
        for i in range(n):
            if data[(row + i) >> 3] >> ((row + i) & 7) & 1:
                copy[(skip + i) >> 3] |= <uint8_t>(1 << ((skip + i) & 7))
    return copy


cdef int own_child(made_array *made, Frame frame, int64_t i, int *used, int beside, int64_t row,
                   int64_t skip, int64_t n) noexcept:
    """Column i of the frame: as it lies or, beside another stream, a copy of the rows it is for."""
    cdef ArrowArray *array = &made.own[i]
    cdef list buffers = <list>frame.buffers[i]
    cdef char format = (<const char *><bytes>frame.formats[i])[0]
    cdef int width = width_of(format)
    cdef bint by_offsets = format in (b"u", b"z", b"U", b"Z")
    cdef Buffer buffer
    cdef int k
    array.length = n + skip
    array.null_count = <int64_t>frame.nulls[i] if not beside else -1
    array.n_buffers = len(buffers)
    array.buffers = made.own_buffers + used[0]
    array.release = release_own_array
    for k in range(len(buffers)):
        if buffers[k] is not None:
            buffer = <Buffer>buffers[k]
            if beside and not (by_offsets and k == 2): # where the offsets lead, whole
                made.copies[made.n_copies] = shifted(buffer, 0 if k == 0 else width, row, skip,
                                                     n + 1 if by_offsets and k == 1 else n)
                if made.copies[made.n_copies] == NULL:
                    return ENOMEM
                array.buffers[k] = made.copies[made.n_copies]
                made.n_copies += 1
            else:
                array.buffers[k] = buffer.view.buf
        used[0] += 1
    return 0


cdef int build_array(made_stream *of_stream, made_array *made, int beside, int64_t length,
                     ArrowArray *out) noexcept:
    cdef Frame frame = <Frame>of_stream.frame
    cdef int64_t own = len(frame.names)
    cdef int64_t n = made.inner.n_children if beside else 0
    cdef int64_t skip = made.inner.offset if beside else 0
    cdef int64_t i
    cdef int used = 0
    made.own = <ArrowArray *>calloc(own + 1, sizeof(ArrowArray))
    made.own_children = <ArrowArray **>calloc(n + own + 1, sizeof(ArrowArray *))
    made.own_buffers = <const void **>calloc(3 * own + 1, sizeof(void *))
    made.copies = <void **>calloc(3 * own + 1, sizeof(void *))
    if made.own == NULL or made.own_children == NULL or made.own_buffers == NULL or made.copies == NULL:
        return ENOMEM
    for i in range(n):
        made.own_children[i] = made.inner.children[i]
    for i in range(own):
        if own_child(made, frame, i, &used, beside, of_stream.row, skip, length) != 0:
            return ENOMEM
        made.own_children[n + i] = &made.own[i]
    memset(out, 0, sizeof(ArrowArray))
    out.length = length
    out.n_buffers = 1
    if beside:
        out.null_count = made.inner.null_count
        out.offset = made.inner.offset
        out.buffers = made.inner.buffers
    else:
        out.buffers = made.own_buffers + 3 * own
    out.n_children = n + own
    out.children = made.own_children
    out.release = release_made_array
    out.private_data = made
    return 0


cdef int end_of_rows(made_stream *made, int64_t rows) noexcept:
    """All rows were given out: as many as there are answers beside them?"""
    cdef bytes why
    if made.row == rows:
        return 0
    why = f"a column of {rows} values stands beside {made.row} rows".encode()
    strncpy(made.error, <const char *>why, sizeof(made.error) - 1)
    return EINVAL


cdef int made_get_next(ArrowArrayStream *stream, ArrowArray *out) noexcept with gil:
    cdef made_stream *of_stream = <made_stream *>stream.private_data
    cdef Frame frame = <Frame>of_stream.frame
    cdef int beside = of_stream.inner.release != NULL
    cdef int64_t length = frame.rows
    cdef int code
    cdef made_array *made
    memset(out, 0, sizeof(ArrowArray))
    if of_stream.done:
        return 0
    made = <made_array *>calloc(1, sizeof(made_array))
    if made == NULL:
        return ENOMEM
    if beside:
        code = of_stream.inner.get_next(&of_stream.inner, &made.inner)
        if code != 0:
            free(made)
            return pass_error(of_stream, code)
        if made.inner.release == NULL:
            of_stream.done = 1
            free(made)
            return end_of_rows(of_stream, frame.rows) if frame.names else 0
        length = made.inner.length
        if frame.names and of_stream.row + length > frame.rows:
            of_stream.row += length
            free_made_array(made)
            return end_of_rows(of_stream, frame.rows)
    else:
        of_stream.done = 1
    Py_INCREF(frame)
    made.frame = <void *>frame
    code = build_array(of_stream, made, beside, length, out)
    if code != 0:
        memset(out, 0, sizeof(ArrowArray))
        free_made_array(made)
        return code
    of_stream.row += length
    return 0


# ---------------------------------------------------------------- a batch as a stream

cdef struct one_batch:
    ArrowSchema schema
    ArrowArray array
    void *owner # the capsule of the schema, a reference: the schema is asked for more than once


cdef void shared_release(ArrowSchema *schema) noexcept with gil:
    Py_DECREF(<object>schema.private_data)
    schema.release = NULL


cdef int one_get_schema(ArrowArrayStream *stream, ArrowSchema *out) noexcept with gil:
    cdef one_batch *one = <one_batch *>stream.private_data
    cdef ArrowSchema *schema = <ArrowSchema *>PyCapsule_GetPointer(<object>one.owner, "arrow_schema")
    out[0] = schema[0]
    out.release = shared_release
    out.private_data = one.owner
    Py_INCREF(<object>one.owner)
    return 0


cdef int one_get_next(ArrowArrayStream *stream, ArrowArray *out) noexcept with gil:
    cdef one_batch *one = <one_batch *>stream.private_data
    out[0] = one.array
    memset(&one.array, 0, sizeof(ArrowArray))
    return 0


cdef const char *one_last_error(ArrowArrayStream *stream) noexcept with gil:
    return NULL


cdef void one_release(ArrowArrayStream *stream) noexcept with gil:
    cdef one_batch *one = <one_batch *>stream.private_data
    if one.array.release != NULL:
        one.array.release(&one.array)
    Py_DECREF(<object>one.owner)
    free(one)
    stream.release = NULL


def stream_of_array(capsules):
    """The stream of one batch: what `__arrow_c_array__` gave."""
    cdef ArrowArray *array
    cdef ArrowSchema *schema
    schema_capsule, array_capsule = capsules
    if not (PyCapsule_IsValid(schema_capsule, "arrow_schema")
            and PyCapsule_IsValid(array_capsule, "arrow_array")):
        raise _errors.ArgumentError("__arrow_c_array__ gave no capsules of an arrow_schema and an arrow_array")
    schema = <ArrowSchema *>PyCapsule_GetPointer(schema_capsule, "arrow_schema")
    array = <ArrowArray *>PyCapsule_GetPointer(array_capsule, "arrow_array")
    if schema.release == NULL or array.release == NULL:
        raise _errors.ArgumentError("the Arrow array was used already")
    cdef ArrowArrayStream *out = <ArrowArrayStream *>calloc(1, sizeof(ArrowArrayStream))
    cdef one_batch *one = <one_batch *>calloc(1, sizeof(one_batch))
    if out == NULL or one == NULL:
        free(out)
        free(one)
        raise MemoryError()
    one.array = array[0]
    array.release = NULL
    Py_INCREF(schema_capsule)
    one.owner = <void *>schema_capsule
    out.get_schema = one_get_schema
    out.get_next = one_get_next
    out.get_last_error = one_last_error
    out.release = one_release
    out.private_data = one
    return PyCapsule_New(out, "arrow_array_stream", drop_stream)


# ---------------------------------------------------------------- what a stream says of itself

cdef dict metadata_of(const char *at):
    """The key-value pairs of a field."""
    cdef int32_t n = 0
    cdef int32_t size = 0
    cdef list texts = []
    if at == NULL:
        return {}
    memcpy(&n, at, 4)
    at += 4
    for _ in range(2 * n):
        memcpy(&size, at, 4)
        texts.append((at + 4)[:size])
        at += 4 + size
    return dict(zip(texts[::2], texts[1::2]))


def stream_fields(capsule):
    """(name, format, metadata) of each column of a stream, which is not used up."""
    cdef ArrowArrayStream *stream = stream_of(capsule)
    cdef ArrowSchema schema
    cdef ArrowSchema *field
    cdef int code
    memset(&schema, 0, sizeof(ArrowSchema))
    with nogil:
        code = stream.get_schema(stream, &schema)
    if code != 0 or schema.release == NULL:
        return []  # the reader will say why
    fields = []
    for i in range(schema.n_children):
        field = schema.children[i]
        name = b"" if field.name == NULL else <bytes>field.name
        fields.append((name.decode("utf-8", "replace"), field.format.decode(), metadata_of(field.metadata)))
    schema.release(&schema)
    return fields


# ---------------------------------------------------------------- read into lists

cdef list cells(ArrowArray *array, char format, int64_t n):
    """The values of a column of texts, bytes, int64 or doubles."""
    cdef const uint8_t *valid = <const uint8_t *>array.buffers[0]
    cdef const int32_t *short_at
    cdef const int64_t *long_at
    cdef const char *data
    cdef int64_t i, begin, end
    cdef list out = []
    for i in range(array.offset, array.offset + n):
        if valid != NULL and not (valid[i >> 3] >> (i & 7) & 1):
            out.append(None)
        elif format == b"l":
            out.append((<const int64_t *>array.buffers[1])[i])
        elif format == b"g":
            out.append((<const double *>array.buffers[1])[i])
        else:
            if format in (b"u", b"z"):
                short_at = <const int32_t *>array.buffers[1]
                begin, end = short_at[i], short_at[i + 1]
            else:
                long_at = <const int64_t *>array.buffers[1]
                begin, end = long_at[i], long_at[i + 1]
            data = <const char *>array.buffers[2] + begin
            out.append(data[:end - begin].decode("utf-8") if format in (b"u", b"U") else data[:end - begin])
    return out


cdef dict read_stream(ArrowArrayStream *stream):
    """All batches of one of the library's own streams: column -> list. The stream is released."""
    cdef ArrowSchema schema
    cdef ArrowArray array
    cdef dict out = {}
    memset(&schema, 0, sizeof(ArrowSchema))
    memset(&array, 0, sizeof(ArrowArray))
    try:
        if stream.get_schema(stream, &schema) != 0:
            raise _errors.OutOfMemoryError("out of memory")
        names = [(<bytes>schema.children[i].name).decode() for i in range(schema.n_children)]
        for name in names:
            out[name] = []
        while True:
            if stream.get_next(stream, &array) != 0:
                raise _errors.OutOfMemoryError("out of memory")
            if array.release == NULL:
                break
            for i, name in enumerate(names):
                out[name] += cells(array.children[i], schema.children[i].format[0], array.length)
            array.release(&array)
        return out
    finally:
        if array.release != NULL:
            array.release(&array)
        if schema.release != NULL:
            schema.release(&schema)
        if stream.release != NULL:
            stream.release(stream)
