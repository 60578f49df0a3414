# Tables, areas, footprints.

cdef class Table:
    """Rows in memory, as the library holds them."""

    cdef cov_table *table

    def __dealloc__(self):
        cov_table_free(self.table)

    @staticmethod
    def of(capsule, name, geometry=None, crs=None):
        """Take all batches of a stream."""
        cdef Table self = Table.__new__(Table)
        cdef Arena arena = Arena()
        cdef ArrowArrayStream *stream = stream_of(capsule)
        cdef cov_table_options options
        cdef cov_error err
        cdef cov_status s
        options.size = sizeof(options)
        options.name = arena.text(name)
        options.geometry = arena.text(geometry)
        options.crs = arena.text(crs)
        with nogil:
            s = cov_table_create(stream, &options, &self.table, &err)
        check(s, &err)
        return self

    @staticmethod
    def built(str name, list columns, list rows, str geometry, crs):
        """Of rows (texts..., wkb)."""
        cdef Table self = Table.__new__(Table)
        cdef Arena arena = Arena()
        cdef cov_table_builder *builder = NULL
        cdef cov_error err
        cdef Arena row_arena
        cdef bytes wkb
        check(cov_table_builder_create(arena.text(name), arena.texts(columns), len(columns), arena.text(geometry),
                                       arena.text(crs), &builder, &err), &err)
        try:
            for row in rows:
                row_arena = Arena()
                wkb = bytes(row[-1])
                check(cov_table_builder_add(builder, row_arena.texts(row[:-1]), PyBytes_AsString(wkb), len(wkb),
                                            &err), &err)
        except BaseException:
            cov_table_builder_free(builder)
            raise
        check(cov_table_builder_finish(builder, &self.table, &err), &err)
        return self

    @property
    def crs(self):
        cdef const char *text = cov_table_crs(self.table)
        return None if text == NULL else text.decode()

    def __len__(self):
        return cov_table_rows(self.table)

    @property
    def columns(self):
        return [(<const char *>cov_table_column(self.table, i)).decode()
                for i in range(cov_table_columns(self.table))]

    @property
    def geometry(self):
        cdef const char *text = cov_table_geometry(self.table)
        return None if text == NULL else text.decode()

    cdef object text(self, size_t row, int column):
        cdef cov_cell cell
        cov_table_cell(self.table, row, column, &cell)
        if cell.is_null:
            return None
        if cov_table_type(self.table, column) == COV_CELL_WHOLE:
            return str(<uint64_t>cell.whole) if cell.over else str(cell.whole)
        return cell.text[:cell.size].decode()

    cdef bytes wkb(self, size_t row):
        cdef size_t size = 0
        cdef const char *at = <const char *>cov_table_wkb(self.table, row, &size)
        return None if at == NULL else at[:size]

    def texts(self, name):
        """A column as texts."""
        cdef Arena arena = Arena()
        cdef int column = cov_table_find(self.table, arena.text(name))
        if column < 0 or cov_table_type(self.table, column) not in (COV_CELL_TEXT, COV_CELL_WHOLE):
            raise _errors.InputError(f"there is no column {name!r} of text or whole numbers")
        return [self.text(i, column) for i in range(len(self))]

    def shapes(self):
        """The geometries: WKB, None for a null."""
        if cov_table_geometry(self.table) == NULL:
            raise _errors.InputError(f"{(<const char *>cov_table_name(self.table)).decode()} has no geometry column")
        return [self.wkb(i) for i in range(len(self))]


cdef class Areas:
    """Administrative areas with their index: immutable, in the order of their ids.

    Parameters
    ----------
    source : path, data or libcov.Source
        Polygons, one row an area: a file, a GeoDataFrame, any Arrow table with a geometry, or a
        mapping of columns such as ``{"id": [...], "geometry": [wkb, ...]}``.
    id : str, optional
        The column of the ids, which are kept as text: "00123" stays "00123". Guessed where one
        column is obvious.
    name : str, optional
        The column of the names.
    parents : sequence of str
        The columns of the parents' ids, nearest level first: ``["ma_huyen", "ma_tinh"]``.
    crs : str, optional
        The coordinate system to bring the areas into, that of the points to be counted:
        "EPSG:4326", WKT or PROJJSON. Their own where it is not said.
    assume_crs : str, optional
        The coordinate system of a source that states none.
    geometry : str, optional
        The column of the geometry, of a table with several; the active one of a GeoDataFrame where
        it is not said.
    invalid : {"error", "fix", "skip"}
        What to do with an invalid polygon.
    threads : int
        Workers that build the index; 0: one per processor, at most 8.
    progress : bool or callable, optional
        True, or ``progress(phase, fraction)``: fraction is 0 to 1 or None, and anything true that
        it returns ends the call with `CancelledError`.

    Raises
    ------
    InputError, CRSError, GeometryError, IdError
        With the file or table, the row and the remedy.

    Examples
    --------
    >>> import struct, libcov
    >>> def square(x, y, side):
    ...     ring = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    ...     return struct.pack("<BIII10d", 1, 3, 1, 5, *(number for point in ring for number in point))
    >>> areas = libcov.Areas({"id": ["07", "05"], "geometry": [square(1, 0, 1), square(0, 0, 1)]}, id="id")
    >>> areas.ids
    ['05', '07']
    >>> areas.locate([0.5, 1.0, 9.0], [0.5, 0.5, 0.5]).tolist()
    [0, 1, -1]
    """

    cdef cov_areas *areas
    cdef object own_id
    cdef object own_name
    cdef tuple own_levels
    cdef Table table # of texts and shapes, in any order
    cdef object __weakref__

    def __init__(self, source, *, id=None, name=None, parents=(), crs=None, assume_crs=None, geometry=None,
                 invalid="error", threads=0, progress=None, allow_drivers=()):
        make_once(self.areas, "areas")
        self.own_levels = _inputs.names(parents, "parents")
        invalid_of(invalid)
        threads_of(threads)
        crs, assume_crs = _crs.text(crs), _crs.text(assume_crs)
        given = _inputs.resolve(source, "areas", geometry=geometry)
        with _inputs.watching(progress) as callback:
            if has_io and not (given.table is not None and crs is None and assume_crs is None
                               and given.table.crs is None):
                self.read(given, id, name, crs, assume_crs, invalid, threads, callback, allow_drivers)
            else:
                self.take(given, id, name, crs, assume_crs, threads)

    def __dealloc__(self):
        cov_areas_free(self.areas)

    cdef const cov_areas *at(self) except NULL:
        made(self.areas, "areas")
        return self.areas

    cdef read(self, given, id, name, crs, assume_crs, invalid, threads, callback, allow_drivers):
        """As a run does: checked, brought to the system asked for."""
        cdef Job job = Job(areas=given, id=id, name=name, parents=self.own_levels, assume_crs=assume_crs,
                           invalid=invalid, threads=threads, progress=callback, drivers=allow_drivers)
        job.watch.assume = "assume_crs"
        cdef const char *to = job.arena.text(crs)
        cdef Table table = Table.__new__(Table)
        cdef cov_error err
        cdef cov_status s
        with nogil:
            s = cov_job_areas(&job.job, to, &table.table, &err)
        job.watch.ended(s, &err)
        columns = table.columns
        self.index(table, columns[0], columns[1] if len(columns) > 2 + len(self.own_levels) else None, threads)

    cdef take(self, given, id, name, crs, assume_crs, threads):
        """As they are: the core transforms nothing and reads no file."""
        if given.table is None:
            raise _errors.ArgumentError(
                "this build of libcov reads no files: give areas as a table, not as a path")
        if given.layer is not None or given.where is not None:
            raise _errors.ArgumentError("a table is taken as it is: filter it first")
        cdef Table table = given.table
        stated = _crs.text(table.crs) or assume_crs
        _crs.same(stated, crs, "the areas")
        id = id if id is not None else _inputs.guess_id(table.columns)
        columns = [id] + ([name] if name is not None else []) + list(self.own_levels)
        rows = list(zip(*(table.texts(column) for column in columns), table.shapes()))
        for number, row in enumerate(rows, 1):
            if row[0] is None or row[-1] is None:
                raise _errors.InputError(
                    f"areas, row {number}: the {'id is null' if row[0] is None else 'area has no geometry'}")
        shape = "geometry"
        while shape in columns:
            shape += "_"
        self.index(Table.built("areas", columns, rows, shape, crs or stated), id, name, threads)

    cdef index(self, Table table, id, name, threads):
        cdef Arena arena = Arena()
        cdef cov_area_columns columns
        cdef cov_error err
        cdef cov_status s
        columns.size = sizeof(columns)
        columns.id = arena.text(id)
        columns.name = arena.text(name)
        columns.parents = arena.texts(self.own_levels)
        columns.n_parents = len(self.own_levels)
        columns.threads = threads or _inputs.processors()
        if len(table) == 0:
            raise _errors.InputError("areas: there is none")
        with nogil:
            s = cov_areas_from_table(table.table, &columns, &self.areas, &err)
        check(s, &err)
        self.table = table
        self.own_id = id
        self.own_name = name

    @staticmethod
    def _restore(id, name, levels, crs, rows):
        cdef Areas self = Areas.__new__(Areas)
        self.own_levels = levels
        columns = [id] + ([name] if name is not None else []) + list(levels)
        shape = "geometry"
        while shape in columns:
            shape += "_"
        self.index(Table.built("areas", columns, rows, shape, crs), id, name, 0)
        return self

    def __reduce__(self):
        self.at()
        columns = [self.own_id] + ([self.own_name] if self.own_name is not None else []) + list(self.own_levels)
        rows = sorted(zip(*(self.table.texts(column) for column in columns), self.table.shapes()))
        return Areas._restore, (self.own_id, self.own_name, self.own_levels, self.crs, rows)

    def __len__(self):
        return cov_areas_count(self.at())

    def __repr__(self):
        return f"<libcov.Areas: {len(self)} areas, crs {_crs.label(self.crs)}>"

    def __eq__(self, other):
        if not isinstance(other, Areas):
            return NotImplemented
        return len(self) == len(other) and self.fingerprint == other.fingerprint

    def __hash__(self):
        return hash(self.fingerprint)

    @property
    def id_column(self):
        """The column of the ids."""
        return self.own_id

    @property
    def name_column(self):
        """The column of the names, or None."""
        return self.own_name

    @property
    def levels(self):
        """The columns of the parents, nearest level first."""
        return self.own_levels

    @property
    def ids(self):
        """The ids, sorted: their places are what `locate` gives."""
        cdef const cov_areas *at = self.at()
        return [(<const char *>cov_areas_id(at, i)).decode() for i in range(cov_areas_count(at))]

    @property
    def names(self):
        """The names, None where an area has none."""
        cdef const cov_areas *at = self.at()
        return [text_or_none(cov_areas_name(at, i)) for i in range(cov_areas_count(at))]

    @property
    def parents(self):
        """For each area the ids of its parents, nearest first."""
        cdef const cov_areas *at = self.at()
        return [tuple(text_or_none(cov_areas_parent(at, i, k)) for k in range(cov_areas_levels(at)))
                for i in range(cov_areas_count(at))]

    @property
    def crs(self):
        """The coordinate system of the areas and of the points they are for, or None."""
        return text_or_none(cov_areas_crs(self.at()))

    @property
    def extent(self):
        """West, south, east, north."""
        cdef double[4] extent
        cov_areas_extent(self.at(), extent)
        return extent[0], extent[1], extent[2], extent[3]

    @property
    def fingerprint(self):
        """Equal for equal areas, on every machine and in every version."""
        cdef const cov_areas *at = self.at()
        cdef uint64_t out
        with nogil:
            out = cov_areas_fingerprint(at)
        return out

    @property
    def memory(self):
        """Bytes held by the index."""
        return cov_areas_memory(self.at())

    def find(self, id):
        """The place of the area with this id, or -1."""
        cdef Arena arena = Arena()
        return cov_areas_find(self.at(), arena.text(id))

    def shapes(self):
        """The geometries as WKB, in the order of the ids, in the system `crs`."""
        self.at()
        by_id = dict(zip(self.table.texts(self.own_id), self.table.shapes()))
        return [by_id[id] for id in self.ids]

    def locate(self, x, y):
        """The area of each point: its place in `ids`, -1 outside all, -2 without location (NaN).

        Parameters
        ----------
        x, y : array-like of float
            East and north, in the unit of `crs`. Float64 buffers are used where they lie, strided
            ones too.

        Returns
        -------
        numpy.ndarray of int32
            A memoryview where NumPy is not installed.
        """
        cdef const cov_areas *at = self.at()
        cdef Numbers xs = Numbers(x, "x")
        cdef Numbers ys = Numbers(y, "y")
        cdef cov_points points, part
        cdef cov_error err
        cdef cov_status s
        cdef size_t first
        place(&points, xs, ys)
        out = bytearray(4 * xs.n)
        cdef Buffer buffer = Buffer(out)
        cdef int32_t *to = <int32_t *>buffer.view.buf
        for first in range(0, points.n, SLICE):
            part = slice_of(&points, first)
            with nogil:
                s = cov_areas_locate(at, &part, to + first, NULL, &err)
            check(s, &err)
            PyErr_CheckSignals()
        return _inputs.array_of(out, "i")


cdef object text_or_none(const char *text):
    return None if text == NULL else text.decode()


cdef int made(const void *thing, str what) except -1:
    """Whether its __init__ has run: of a subclass it may not."""
    if thing == NULL:
        raise _errors.ArgumentError(f"the {what} were never made: call __init__ of the class they are of")
    return 0


cdef int make_once(const void *thing, str what) except -1:
    if thing != NULL:
        raise _errors.ArgumentError(f"the {what} are made already: make others")
    return 0


cdef int place(cov_points *points, Numbers xs, Numbers ys) except -1:
    if xs.n != ys.n:
        raise _errors.ArgumentError(f"x has {xs.n} values, y has {ys.n}")
    memset(points, 0, sizeof(cov_points))
    points.n = xs.n
    points.x = xs.doubles()
    points.y = ys.doubles()
    points.x_stride = xs.stride
    points.y_stride = ys.stride
    return 0


# Points at a time where nothing asks meanwhile, so that Ctrl-C is heard.
cdef enum:
    SLICE = 1 << 19


cdef cov_points slice_of(const cov_points *points, size_t first) noexcept:
    cdef cov_points slice = points[0]
    slice.n = min(<size_t>SLICE, points.n - first)
    slice.x = <const double *>(<const char *>points.x + first * points.x_stride)
    slice.y = <const double *>(<const char *>points.y + first * points.y_stride)
    if points.weight != NULL:
        slice.weight = points.weight + first
    if points.served != NULL:
        slice.served = points.served + first
    if points.unknown != NULL:
        slice.unknown = points.unknown + first
    return slice


cdef class Footprint:
    """The places that one service reaches: immutable.

    Parameters
    ----------
    source : path, data, libcov.Source, libcov.Polygons or libcov.Near
        Polygons; or, with `within`, lines and points of a network.
    within : str or float, optional
        The distance from the network that is reached: "150m", "0.5 km", or a number of metres.
    barriers : path, data or libcov.Source, optional
        With `within`: lines or polygons that a straight drop must not cross.
    crs : str, optional
        The coordinate system to bring it into, that of the points to be counted. Its own where it
        is not said.
    assume_crs, geometry, invalid, threads, progress, allow_drivers
        As for `Areas`.

    Examples
    --------
    >>> import libcov, struct
    >>> cable = struct.pack("<BII4d", 1, 2, 2, 0.0, 0.0, 100.0, 0.0)
    >>> near = libcov.Footprint([cable], within=30)
    >>> near.reaches([50.0, 50.0], [30.0, 30.5]).tolist()
    [True, False]
    """

    cdef cov_footprint *footprint
    cdef tuple state # crs, wkb, near, barriers: what it is made of
    cdef object __weakref__

    def __init__(self, source, *, within=None, barriers=None, crs=None, assume_crs=None, geometry=None,
                 invalid="error", threads=0, progress=None, allow_drivers=()):
        make_once(self.footprint, "places of a footprint")
        source, within, barriers = _inputs.footprint(source, within, barriers)
        invalid_of(invalid)
        threads_of(threads)
        crs, assume_crs = _crs.text(crs), _crs.text(assume_crs)
        metres = None if within is None else _inputs.metres(within)
        given = _inputs.resolve(source, "footprint", geometry=geometry)
        stops = None if barriers is None else _inputs.resolve(barriers, "barriers")
        told = crs is not None or assume_crs is not None
        plain = given.table is not None and not told and given.table.crs is None
        with _inputs.watching(progress) as callback:
            if has_io and not plain:
                self.read(given, metres, stops, crs, assume_crs, invalid, threads, callback, allow_drivers)
            else:
                self.take(given, metres, stops, crs, assume_crs, threads)

    def __dealloc__(self):
        cov_footprint_free(self.footprint)

    cdef const cov_footprint *at(self) except NULL:
        made(self.footprint, "places of a footprint")
        return self.footprint

    cdef read(self, given, metres, stops, crs, assume_crs, invalid, threads, callback, allow_drivers):
        service = _inputs.Service(name="footprint", by=0 if metres is None else 1, source=given,
                                  metres=metres or 0.0, barriers=stops)
        cdef Job job = Job(services=[service], assume_crs=assume_crs, invalid=invalid, threads=threads,
                           progress=callback, drivers=allow_drivers)
        job.watch.assume = "assume_crs"
        cdef const char *to = job.arena.text(crs)
        cdef Table table = Table.__new__(Table)
        cdef Table walls = Table.__new__(Table)
        cdef cov_near_options near
        cdef cov_error err
        cdef cov_status s
        memset(&near, 0, sizeof(near))
        with nogil:
            s = cov_job_footprint(&job.job, 0, to, &table.table, &walls.table, &near, &err)
        job.watch.ended(s, &err)
        options = None
        if metres is not None:
            options = near.metres, near.metres_per_unit, near.semi_major, near.flattening
        shapes = walls.shapes() if walls.table != NULL else []
        self.index((table.crs, table.shapes(), options, shapes), threads)

    cdef take(self, given, metres, stops, crs, assume_crs, threads):
        shapes = _inputs.plain_shapes(given, "the footprint")
        walls = [] if stops is None else _inputs.plain_shapes(stops, "barriers")
        stated = _crs.text(given.table.crs) or assume_crs
        _crs.same(stated, crs, "the footprint")
        if stops is not None:
            _crs.same(_crs.text(stops.table.crs) or assume_crs, crs or stated, "the barriers")
        options = None if metres is None else (metres, *_crs.unit(crs or stated))
        self.index((crs or stated, shapes, options, walls), threads)

    cdef index(self, tuple state, threads):
        cdef Arena arena = Arena()
        cdef list shapes = state[1]
        cdef list walls = state[3]
        cdef const void **wkb = <const void **>arena.block(len(shapes) * sizeof(void *))
        cdef size_t *sizes = <size_t *>arena.block(len(shapes) * sizeof(size_t))
        cdef size_t n = len(shapes)
        cdef unsigned workers = threads or _inputs.processors()
        cdef cov_near_options near
        cdef cov_error err
        cdef cov_status s
        memset(&near, 0, sizeof(near))
        if n == 0:
            raise _errors.InputError("the footprint is empty: there is no geometry")
        point_at(shapes, wkb, sizes)
        if state[2] is None:
            with nogil:
                s = cov_footprint_polygons(wkb, sizes, n, workers, &self.footprint, &err)
        else:
            near.size = sizeof(near)
            near.metres, near.metres_per_unit, near.semi_major, near.flattening = state[2]
            near.barriers = <const void **>arena.block(len(walls) * sizeof(void *))
            near.barrier_sizes = <const size_t *>arena.block(len(walls) * sizeof(size_t))
            near.n_barriers = len(walls)
            near.threads = workers
            point_at(walls, near.barriers, <size_t *>near.barrier_sizes)
            with nogil:
                s = cov_footprint_near(wkb, sizes, n, &near, &self.footprint, &err)
        check(s, &err)
        self.state = state

    @staticmethod
    def _restore(*state):
        cdef Footprint self = Footprint.__new__(Footprint)
        self.index(state, 0)
        return self

    def __reduce__(self):
        self.at()
        return Footprint._restore, self.state

    def __repr__(self):
        self.at()
        kind = "polygons" if self.state[2] is None else f"within {self.state[2][0]:g} m of a network"
        return f"<libcov.Footprint: {kind}, crs {_crs.label(self.crs)}>"

    @property
    def crs(self):
        """The coordinate system, or None."""
        self.at()
        return self.state[0]

    @property
    def extent(self):
        """West, south, east, north of what is reached; for a distance, at most."""
        cdef double[4] extent
        cov_footprint_extent(self.at(), extent)
        return extent[0], extent[1], extent[2], extent[3]

    @property
    def memory(self):
        """Bytes held by the index."""
        return cov_footprint_memory(self.at())

    def reaches(self, x, y):
        """Whether each point is reached: an array of bool (a memoryview where NumPy is missing)."""
        cdef const cov_footprint *at = self.at()
        cdef Numbers xs = Numbers(x, "x")
        cdef Numbers ys = Numbers(y, "y")
        cdef Arena arena = Arena()
        cdef cov_points points, part
        cdef cov_error err
        cdef cov_status s
        cdef size_t first, i
        place(&points, xs, ys)
        out = bytearray(xs.n)
        cdef Buffer buffer = Buffer(out)
        cdef uint8_t *to = <uint8_t *>buffer.view.buf
        cdef uint64_t *words = <uint64_t *>arena.block(min(<size_t>SLICE, points.n) * sizeof(uint64_t))
        for first in range(0, points.n, SLICE):
            part = slice_of(&points, first)
            with nogil:
                memset(words, 0, part.n * sizeof(uint64_t))
                s = cov_footprint_mark(at, &part, 0, words, &err)
                for i in range(part.n):
                    to[first + i] = <uint8_t>words[i]
            check(s, &err)
            PyErr_CheckSignals()
        return _inputs.array_of(out, "?")


cdef int point_at(list shapes, const void **wkb, size_t *sizes) except -1:
    cdef bytes shape
    for i, shape in enumerate(shapes):
        wkb[i] = PyBytes_AsString(shape)
        sizes[i] = len(shape)
    return 0
