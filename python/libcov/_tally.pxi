# Tallies.

cdef class Tally:
    """Exact counts per area and set of services: push points, merge, report.

    Any split of the points over tallies, in any order, ends in the same counts, to the byte. What
    is pushed is counted as a whole or, on an error, not at all. Any number of threads may use one.

    Parameters
    ----------
    areas : Areas
    services : mapping of str to Footprint, str or None
        Name of each service ("fiber", "4g/viettel:planned") to what answers it: a footprint in the
        coordinate system of the areas; the name of a column of what is pushed (boolean, a number,
        text; null is unknown); None where ``served=`` tells it.
    scale : int
        Units per household, a power of ten: 1 for whole weights, 1000 for thousandths.
    max_cells : int, optional
        The most distinct cells (area, set, unknown set), a guard of memory.

    Examples
    --------
    >>> import libcov, struct
    >>> ring = struct.pack("<BIII10d", 1, 3, 1, 5, 0, 0, 4, 0, 4, 4, 0, 4, 0, 0)
    >>> areas = libcov.Areas({"id": ["91"], "geometry": [ring]}, id="id")
    >>> tally = libcov.Tally(areas, {"fiber": libcov.Footprint([ring])})
    >>> tally.push(x=[1.0, 2.0, 9.0], y=[1.0, 2.0, 9.0], weight=[3, 1, 1])
    >>> tally.ledger["assigned"]
    Count(points=2, weight=4)
    >>> other = tally.empty()
    >>> other.push([[3.0, 3.0]])
    >>> tally += other
    >>> tally.report().to_dict()["households"]
    [5, 5]
    """

    cdef cov_tally *tally
    cdef Areas own_areas
    cdef dict answers # service -> Footprint, column or None; None where the tally was loaded
    cdef object max_cells
    cdef object lock
    cdef object __weakref__

    def __cinit__(self):
        self.lock = threading.Lock()

    def __init__(self, Areas areas not None, services, *, scale=1, max_cells=None):
        make_once(self.tally, "counts of a tally")
        self.answers = {}
        for name, answer in _inputs.mapping(services, "services").items():
            if answer is not None and not isinstance(answer, (Footprint, str)):
                raise _errors.ArgumentError(
                    f"the service {name!r} is answered by a Footprint, the name of a column or None, not by "
                    f"{type(answer).__name__}")
            if isinstance(answer, Footprint):
                _crs.same(answer.crs, areas.crs, f"the footprint of {name!r}", "the areas")
            self.answers[name] = answer
        self.own_areas = areas
        self.max_cells = max_cells
        self.tally = self.created(scale)

    def __dealloc__(self):
        cov_tally_free(self.tally)

    cdef cov_tally *at(self) except NULL:
        made(self.tally, "counts of a tally")
        return self.tally

    cdef cov_tally *created(self, scale) except NULL:
        cdef Arena arena = Arena()
        cdef size_t n = len(self.answers)
        cdef cov_service *services = <cov_service *>arena.block(n * sizeof(cov_service))
        cdef cov_tally_options options
        cdef cov_tally *out = NULL
        cdef cov_error err
        if not isinstance(scale, Integral) or scale < 1 or scale > 10 ** 9:
            raise _errors.ArgumentError(f"scale={scale!r}: use a power of ten from 1 to 1000000000")
        for i, (name, answer) in enumerate(self.answers.items()):
            services[i].name = arena.text(name)
            services[i].footprint = (<Footprint>answer).at() if isinstance(answer, Footprint) else NULL
        options.size = sizeof(options)
        options.scale = scale
        options.max_cells = 1 << 26 if self.max_cells is None else self.max_cells
        check(cov_tally_create(self.own_areas.at(), services, n, &options, &out, &err), &err)
        return out

    def empty(self):
        """A new tally with the same areas and services: what a worker fills and gives back."""
        self.fillable()
        return Tally(self.own_areas, self.answers, scale=self.scale, max_cells=self.max_cells)

    cdef int fillable(self) except -1:
        self.at()
        if self.answers is None:
            raise _errors.ArgumentError(
                "a loaded tally takes no points, for it has no footprints: push to a new one and merge the two")
        return 0

    # ------------------------------------------------------------ counting

    def push(self, data=None, *, x=None, y=None, weight=None, served=None, unknown=None, geometry=None,
             progress=None):
        """Count points.

        Parameters
        ----------
        data : table or (n, 2) array, optional
            A GeoDataFrame, any Arrow table, or a mapping of columns; it may be a stream that is
            larger than memory. Or an array of x and y. None: `x` and `y` are arrays themselves.
            In all of them None, NaN, pandas' NA and what a mask hides is missing.
        x, y : str or array-like, optional
            With a table, the columns of the coordinates; the points of its geometry where they are
            not said (of a mapping, the columns "x" and "y"). NaN or null is "without location".
        weight : str or array-like, optional
            Households per point; one each where it is not said. Decimals are counted in units of
            1/scale, rounded half to even.
        served : array-like of uint64 or mapping, optional
            One word per point, bit k for service k, for services without a footprint; or service ->
            array of answers (yes is true or not 0, None is unknown).
        unknown : array-like of uint64, optional
            Bit k: nobody knows whether service k reaches the point.
        geometry : str, optional
            The column of the points, of a table with several geometries; the active one of a
            GeoDataFrame where it is not said.
        progress : callable, optional
            As for `Areas`.

        Raises
        ------
        InputError, CRSError, ArgumentError, LimitError
            Nothing is counted then.
        """
        self.fillable()
        xy = None if data is None else _inputs.pairs(data)
        if data is not None and xy is None:
            if served is not None or unknown is not None:
                raise _errors.ArgumentError("served= and unknown= go with arrays; of a table, services name columns")
            self.push_table(data, x, y, weight, geometry, progress)
            return
        if xy is not None:
            if x is not None or y is not None:
                raise _errors.ArgumentError("an (n, 2) array holds x and y: leave x= and y= out")
            x, y = xy
        if x is None or y is None:
            raise _errors.ArgumentError("give a table, an (n, 2) array, or x= and y=")
        if not isinstance(served, Mapping):
            self.push_arrays(x, y, weight, served, unknown)
        elif unknown is not None:
            raise _errors.ArgumentError("unknown= goes with words of served=: None is unknown otherwise")
        else:
            self.push_columns(x, y, weight, served)

    cdef push_columns(self, x, y, weight, served):
        columns, names = _inputs.columns_of(x, y, weight, served, self.answers)
        self.push_stream(_inputs.frame_stream(columns), "points", "x", "y",
                         None if weight is None else "weight", names, None, None)

    cdef push_table(self, data, x, y, weight, geometry, progress):
        names = [answer if isinstance(answer, str) else None for answer in self.answers.values()]
        for what, name in (("x", x), ("y", y), ("weight", weight), ("geometry", geometry)):
            if name is not None and not isinstance(name, str):
                raise _errors.ArgumentError(f"{what}= is the name of a column where a table is pushed")
        if x is None and y is None and geometry is None and isinstance(data, Mapping) and "x" in data and "y" in data:
            x, y = "x", "y"
        capsule = _inputs.stream(data)
        if x is None:
            geometry = geometry if geometry is not None else _inputs.active(data)
            _crs.same(_inputs.stated(capsule, geometry), self.own_areas.crs, "the points", "the areas")
        with _inputs.watching(progress) as callback:
            self.push_stream(capsule, "points", x, y, weight, names, geometry, callback)

    cdef push_stream(self, capsule, label, x, y, weight, names, geometry, callback):
        """Into a tally of its own, for the stream may be one of Python that does anything."""
        cdef Arena arena = Arena()
        cdef Watch watching = Watch(callback)
        cdef ArrowArrayStream *stream = stream_of(capsule)
        cdef cov_table_options options
        cdef cov_point_columns columns
        cdef Tally part = self.empty()
        cdef cov_error err
        cdef cov_status s
        options.size = sizeof(options)
        options.name = arena.text(label)
        options.geometry = arena.text(geometry)
        options.crs = arena.text(self.own_areas.crs) # compared already
        columns.size = sizeof(columns)
        columns.x = arena.text(x)
        columns.y = arena.text(y)
        columns.weight = arena.text(weight)
        columns.services = arena.texts(names)
        columns.n_services = len(names)
        with nogil:
            s = cov_tally_push_arrow(part.tally, stream, &options, &columns, watch, &watching.state, &err)
        watching.ended(s, &err)
        self.merge(part)

    cdef push_arrays(self, x, y, weight, served, unknown):
        cdef Numbers xs = Numbers(x, "x")
        cdef Numbers ys = Numbers(y, "y")
        cdef Numbers w = None if weight is None else Numbers(weight, "weight")
        cdef Numbers yes = None if served is None else Numbers(served, "served")
        cdef Numbers maybe = None if unknown is None else Numbers(unknown, "unknown")
        cdef cov_points points
        place(&points, xs, ys)
        for words, what in ((w, "weight"), (yes, "served"), (maybe, "unknown")):
            if words is not None and (<Numbers>words).n != xs.n:
                raise _errors.ArgumentError(f"x has {xs.n} values, {what} has {(<Numbers>words).n}")
        if served is None and unknown is None:
            told = [name for name, answer in self.answers.items() if isinstance(answer, str)]
            if told:
                raise _errors.ArgumentError(
                    f"the service {told[0]!r} is answered by the column {self.answers[told[0]]!r}: push a table "
                    "that has it, or give served=")
        if w is not None:
            points.weight = w.units(self.scale)
        if yes is not None:
            points.served = yes.words()
        if maybe is not None:
            points.unknown = maybe.words()
        if xs.n <= SLICE:
            self.push_slice(&points)
        else:
            self.push_slices(&points)

    cdef int push_slice(self, const cov_points *points) except -1:
        cdef cov_error err
        cdef cov_status s
        with self.lock:
            with nogil:
                s = cov_tally_push(self.tally, points, &err)
        return check(s, &err)

    cdef int push_slices(self, const cov_points *points) except -1:
        """Into a tally of its own, merged at the end: all or nothing."""
        cdef Tally part = self.empty()
        cdef cov_points slice
        cdef size_t first
        for first in range(0, points.n, SLICE):
            slice = slice_of(points, first)
            try:
                part.push_slice(&slice)
            except _errors.Error as error:
                raise type(error)(f"in the batch from point {first + 1} on: {error}") from None
            PyErr_CheckSignals()
        self.merge(part)
        return 0

    def exclude(self, why, points=1, weight=None):
        """Book points that are not to be counted, so that the ledger stays whole.

        Parameters
        ----------
        why : {"duplicate", "rejected"}
        points : int
        weight : int or float, optional
            Their households, rounded as by `push`; one each where it is not said.
        """
        cdef Numbers n = Numbers([points], "points")
        cdef Numbers w = Numbers([points if weight is None else weight], "weight")
        cdef uint64_t count = n.words()[0]
        cdef uint64_t units = w.units(self.scale)[0]
        cdef cov_error err
        cdef cov_status s
        kinds = {"duplicate": COV_EXCLUDE_DUPLICATE, "rejected": COV_EXCLUDE_REJECTED}
        if why not in kinds:
            raise _errors.ArgumentError(f'why={why!r}: use "duplicate" or "rejected"')
        with self.lock:
            s = cov_tally_exclude(self.tally, <cov_exclusion><int>kinds[why], count, units, &err)
        check(s, &err)

    def merge(self, Tally other not None):
        """Add another tally of the same areas and services.

        Raises
        ------
        MismatchError
            Other areas, or other services.
        """
        cdef cov_error err
        cdef cov_status s
        if other is self:
            raise _errors.ArgumentError("a tally can't be merged with itself")
        self.at()
        cdef bint forth = <size_t><void *>self < <size_t><void *>other
        first, second = (self.lock, other.lock) if forth else (other.lock, self.lock)
        with first, second: # always in one order
            with nogil:
                s = cov_tally_merge(self.tally, other.tally, &err)
        check(s, &err)

    def __iadd__(self, Tally other not None):
        self.merge(other)
        return self

    # ------------------------------------------------------------ what was counted

    @property
    def ledger(self):
        """Where every point went, as `Report.ledger`."""
        cdef cov_ledger ledger
        with self.lock:
            cov_tally_ledger(self.at(), &ledger)
        return ledger_of(&ledger, self.scale)

    @property
    def areas(self):
        """The areas that are counted."""
        return self.own_areas

    @property
    def scale(self):
        """Units per household."""
        return cov_tally_scale(self.at())

    @property
    def services(self):
        """The names of the services, in the order of their bits."""
        cdef const cov_tally *at = self.at()
        return [(<const char *>cov_tally_service_name(at, i)).decode() for i in range(cov_tally_services(at))]

    def __repr__(self):
        counted = self.ledger["read"].points
        return f"<libcov.Tally: {counted} points, {len(self.own_areas)} areas, services {', '.join(self.services)}>"

    def save(self):
        """The counts as bytes: equal for equal counts, however they came about."""
        cdef cov_error err
        cdef cov_status s
        cdef size_t size
        cdef char *at
        with self.lock:
            size = cov_tally_saved_size(self.at())
            out = PyBytes_FromStringAndSize(NULL, size)
            at = PyBytes_AsString(out)
            with nogil:
                s = cov_tally_save(self.tally, at, size, &err)
        check(s, &err)
        return out

    @staticmethod
    def load(Areas areas not None, data):
        """Read saved counts back: they merge and report, and take no more points.

        Raises
        ------
        FormatError
            No saved tally, or a damaged one.
        MismatchError
            It was made with other areas.
        """
        cdef Tally self = Tally.__new__(Tally)
        cdef const cov_areas *places = areas.at()
        cdef Buffer buffer = Buffer(data)
        cdef const char *at = <const char *>buffer.view.buf
        cdef size_t size = buffer.view.len
        cdef cov_error err
        cdef cov_status s
        with nogil:
            s = cov_tally_load(places, at, size, &self.tally, &err)
        check(s, &err)
        self.own_areas = areas
        self.answers = None
        return self

    def __reduce__(self):
        return Tally.load, (self.own_areas, self.save())

    def report(self, indicators=None, targets=None, tiers=None, measure=None):
        """Answer indicators for each area, each parent and in total.

        Parameters
        ----------
        indicators : mapping, sequence or str, optional
            Name -> expression, or expressions. Each technology and each service where not said.
        targets : mapping, optional
            Indicator -> share: "80%", 0.8, or (share, connections).
        tiers : sequence, optional
            Expressions that lie within each other, the widest first, or several such chains.
        measure : str, optional
            What was counted, "households".

        Raises
        ------
        ExpressionError, TiersError
        """
        cdef Tally counts = Tally.load(self.own_areas, self.save()) # so that others may go on pushing
        asked = _inputs.indicators(indicators)
        chains = _inputs.tiers(tiers)
        goals = _inputs.targets(targets)
        if has_io and self.own_areas.crs is not None:
            return self.concluded(counts, asked, chains, goals, measure)
        return self.plain(counts, asked, chains, goals, measure)

    cdef Report concluded(self, Tally counts, asked, chains, goals, measure):
        cdef Areas areas = self.own_areas
        given = _inputs.Given(None, None, None, areas.table)
        cdef Job job = Job(areas=given, id=areas.id_column, name=areas.name_column, parents=areas.levels,
                           indicators=asked, tiers=chains, targets=goals)
        cdef const char *what = job.arena.text(measure)
        cdef cov_run *run = NULL
        cdef cov_error err
        cdef cov_status s
        with nogil:
            s = cov_run_conclude(&job.job, counts.tally, what, NULL, &run, &err)
        job.watch.ended(s, &err)
        return report_of(run)

    cdef Report plain(self, Tally counts, asked, chains, goals, measure):
        cdef Report out = Report.__new__(Report)
        cdef Arena arena = Arena()
        cdef const cov_indicator *indicators = indicators_in(arena, asked)
        cdef size_t n = len(asked)
        cdef cov_error err
        cdef cov_status s
        for chain in chains:
            check(cov_tiers_check(counts.tally, arena.texts(chain), len(chain), &err), &err)
        with nogil:
            s = cov_report_create(counts.tally, indicators, n, &out.own, &err)
        check(s, &err)
        out.report = out.own
        out.areas = self.own_areas
        out.own_measure = measure if measure is not None else "households"
        out.own_gaps = [gap_of(out.own, goal[0], goal[1], goal[2]) for goal in goals]
        return out


cdef object gap_of(const cov_report *report, name, uint32_t share, connections):
    """As a run finds it: in total, and with each area brought to the share by itself."""
    cdef cov_share answer
    cdef cov_row row
    cdef cov_error err
    cdef size_t i
    cdef size_t indicator
    cdef size_t rows = cov_report_rows(report)
    names = [(<const char *>cov_report_indicator_name(report, i)).decode()
             for i in range(cov_report_indicators(report))]
    if name not in names:
        raise _errors.ExpressionError(f"the target names the indicator {name!r}, which there is not")
    indicator = names.index(name)
    missing = in_areas = 0
    for i in range(rows):
        check(cov_report_row(report, i, &row, &err), &err)
        check(cov_report_share(report, i, indicator, &answer, &err), &err)
        if row.level == 0:
            in_areas += cov_missing(answer.n, answer.of, share)
        missing = cov_missing(answer.n, answer.of, share) # the total is the last row
    scale = cov_report_scale(report)
    return _results.Gap(name, share / 1e6, scaled(missing, scale), scaled(in_areas, scale), connections)
