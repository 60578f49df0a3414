# Reports: of a run, or, where the library reads no files or the areas have no CRS, of a tally alone.

cdef class Report:
    """The answers: one row an area, then one for each parent, then the total. Immutable.

    It comes from `compute`, `run_project` or `Tally.report`. It is a table for anything that takes
    Arrow: ``polars.DataFrame(report)``, ``pyarrow.table(report)``, ``duckdb.sql("from report")``.

    Examples
    --------
    >>> import libcov
    >>> areas = libcov.Areas({"id": ["05"], "geometry": [bytes.fromhex(
    ...     "0103000000010000000500000000000000000000000000000000000000000000000000f03f0000000000000000"
    ...     "000000000000f03f000000000000f03f0000000000000000000000000000f03f00000000000000000000000000000000")]},
    ...     id="id")
    >>> tally = libcov.Tally(areas, {"fiber": "has_fiber"})
    >>> tally.push({"x": [0.5, 0.6, 0.7], "y": [0.5, 0.5, 0.5], "has_fiber": [True, False, True]})
    >>> report = tally.report()
    >>> report.to_dict()["fiber_pct"]
    [66.6667, 66.6667]
    """

    cdef cov_run *run
    cdef cov_report *own         # where there is no run
    cdef const cov_report *report
    cdef Areas areas             # of `own`, borrowed by it
    cdef object own_measure
    cdef object own_gaps
    cdef object fields
    cdef object __weakref__

    def __init__(self):
        raise TypeError("reports come from libcov.compute, libcov.run_project and Tally.report")

    def __dealloc__(self):
        cov_report_free(self.own)
        cov_run_free(self.run)

    cdef const cov_report *at(self) except NULL:
        if self.report == NULL:
            Report.__init__(self)
        return self.report

    # ------------------------------------------------------------ rows

    def __len__(self):
        return cov_report_rows(self.at())

    cdef object stream(self, bint geometry):
        cdef ArrowArrayStream *out = <ArrowArrayStream *>calloc(1, sizeof(ArrowArrayStream))
        if out == NULL:
            raise MemoryError()
        try:
            self.fill(out, geometry)
        except BaseException:
            free(out)
            raise
        return PyCapsule_New(out, "arrow_array_stream", drop_stream)

    cdef int fill(self, ArrowArrayStream *out, bint geometry) except -1:
        cdef const cov_report *report = self.at()
        cdef cov_report_arrow options
        cdef Arena arena = Arena()
        cdef list shapes = []
        cdef size_t *sizes
        cdef cov_error err
        cdef cov_status s
        if self.run != NULL:
            with nogil:
                s = cov_run_to_arrow(self.run, geometry, out, &err)
            return check(s, &err)
        memset(&options, 0, sizeof(options))
        options.size = sizeof(options)
        options.id_column = arena.text(self.areas.id_column)
        options.name_column = arena.text(self.areas.name_column)
        options.measure = arena.text(self.measure)
        if geometry:
            shapes = self.areas.shapes()
            sizes = <size_t *>arena.block(len(shapes) * sizeof(size_t))
            options.wkb = <const void **>arena.block(len(shapes) * sizeof(void *))
            point_at(shapes, <const void **>options.wkb, sizes)
            options.wkb_sizes = sizes
            options.crs = arena.text(self.areas.crs)
        with nogil:
            s = cov_report_to_arrow(report, &options, out, &err)
        return check(s, &err)

    def __arrow_c_stream__(self, requested_schema=None):
        """The rows without geometry, as a capsule of the Arrow C stream interface."""
        return self.stream(False)

    def __arrow_c_schema__(self):
        """Names and types of the columns, as a capsule of the Arrow C data interface."""
        return self.to_arrow().__arrow_c_schema__()

    def to_arrow(self, geometry=False):
        """The rows as a table of Arrow.

        Parameters
        ----------
        geometry : bool
            Whether to have the areas' shapes, WKB with the extension type geoarrow.wkb, as last
            column; null for parents and the total.

        Returns
        -------
        ArrowTable
            An object with ``__arrow_c_stream__`` and ``__arrow_c_schema__`` for `pyarrow.table`,
            `polars.DataFrame` or `geopandas.GeoDataFrame.from_arrow`.
        """
        cdef ArrowTable table = ArrowTable.__new__(ArrowTable)
        table.report = self
        table.geometry = bool(geometry)
        return table

    def to_dict(self, geometry=False):
        """The rows as lists: column -> values, None for a null.

        Parameters
        ----------
        geometry : bool
            Whether to have the areas' shapes, as WKB.
        """
        cdef ArrowArrayStream out
        memset(&out, 0, sizeof(out))
        self.fill(&out, geometry)
        return read_stream(&out)

    def to_pandas(self):
        """The rows as a `pandas.DataFrame`: codes are text, counts are whole."""
        from libcov import _frames
        return _frames.to_pandas(self)

    def to_geopandas(self):
        """The rows as a `geopandas.GeoDataFrame`, with the areas' shapes and their CRS."""
        from libcov import _frames
        return _frames.to_geopandas(self)

    @property
    def columns(self):
        """What each column is: a list of `Field` with name, role and indicator."""
        if self.fields is None:
            self.fields = _results.fields(self, [name for name, *_ in stream_fields(self.stream(False))])
        return list(self.fields)

    def __eq__(self, other):
        """Whether the rows are equal, columns and all."""
        if not isinstance(other, Report):
            return NotImplemented
        return self is other or _results.same_rows(self.to_dict(), other.to_dict())

    __hash__ = None

    # ------------------------------------------------------------ what they are

    @property
    def measure(self):
        """What is counted: "households", or the column of the weights."""
        if self.run != NULL:
            return (<const char *>cov_run_measure(self.run)).decode()
        return self.own_measure

    @property
    def id_column(self):
        """The column of the areas' ids."""
        if self.run != NULL:
            return text_or_none(cov_run_id_column(self.run))
        return self.areas.id_column

    @property
    def name_column(self):
        """The column of the areas' names, or None."""
        if self.run != NULL:
            return text_or_none(cov_run_name_column(self.run))
        return self.areas.name_column

    @property
    def levels(self):
        """The columns of the parents, nearest level first."""
        cdef const cov_areas *areas = self.places()
        return tuple((<const char *>cov_areas_level_name(areas, k)).decode()
                     for k in range(cov_areas_levels(areas)))

    cdef const cov_areas *places(self) except NULL:
        self.at()
        return cov_run_areas(self.run) if self.run != NULL else self.areas.at()

    @property
    def crs(self):
        """The coordinate system the counting was done in, or None."""
        return text_or_none(cov_areas_crs(self.places()))

    @property
    def geometry_crs(self):
        """The coordinate system of the areas' shapes in `to_arrow` and `to_dict`, or None."""
        return _inputs.stated(self.stream(True))

    @property
    def bases(self):
        """What is counted: a list of `Counted` with name and unit, the households first."""
        cdef cov_base base
        if self.run == NULL:
            return [_results.Counted(self.measure, None)]
        out = []
        for i in range(cov_run_bases(self.run)):
            base = cov_run_base(self.run, i)
            out.append(_results.Counted(base.name.decode(), text_or_none(base.unit)))
        return out

    @property
    def ratios(self):
        """The names of the ratios."""
        if self.run == NULL:
            return []
        return [(<const char *>cov_run_ratio_name(self.run, i)).decode() for i in range(cov_run_ratios(self.run))]

    @property
    def indicators(self):
        """The indicators: a list of `Indicator` with name and expression."""
        return [_results.Indicator((<const char *>cov_report_indicator_name(self.at(), i)).decode(),
                                  (<const char *>cov_report_indicator_expression(self.at(), i)).decode())
                for i in range(cov_report_indicators(self.at()))]

    @property
    def ledger(self):
        """Where every point went: bucket -> `Count` of points and of weight, in full households.

        read = assigned + outside + no_location + duplicate + rejected; overlap is part of assigned.
        """
        cdef cov_ledger ledger
        cov_report_ledger(self.at(), &ledger)
        return ledger_of(&ledger, cov_report_scale(self.at()))

    @property
    def gaps(self):
        """What is missing to the targets: a list of `Gap`, in full households."""
        cdef cov_gap gap
        self.at()
        if self.run == NULL:
            return list(self.own_gaps)
        scale = cov_report_scale(self.at())
        out = []
        for i in range(cov_run_targets(self.run)):
            gap = cov_run_target(self.run, i)
            out.append(_results.Gap(gap.name.decode(), gap.share / 1e6, scaled(gap.missing, scale),
                                   scaled(gap.missing_in_areas, scale), gap.with_))
        return out

    @property
    def notes(self):
        """What a person should know: a list of `Note` with kind ("info" or "warning") and text."""
        cdef cov_note note
        out = []
        if self.run != NULL:
            for i in range(cov_run_notes(self.run)):
                note = cov_run_note(self.run, i)
                out.append(_results.Note("warning" if note.kind == COV_NOTE_WARNING else "info",
                                        _errors.in_python(note.text.decode("utf-8", "replace"))))
        return out

    @property
    def phases(self):
        """Seconds per phase, in order; those of workers overlap."""
        cdef cov_phase phase
        out = {}
        if self.run != NULL:
            for i in range(cov_run_phases(self.run)):
                phase = cov_run_phase(self.run, i)
                name = phase.name.decode()
                out[name] = out.get(name, 0.0) + phase.seconds
        return out

    @property
    def manifest(self):
        """How the numbers came about: the "libcov" member of the GeoJSON, as a dict."""
        if self.run != NULL:
            return json.loads((<const char *>cov_run_manifest(self.run)).decode())
        return {"version": __version__, "measure": self.measure,
                "scale": cov_report_scale(self.at()),
                "ledger": {name: count._asdict() for name, count in self.ledger.items()},
                "indicators": [indicator._asdict() for indicator in self.indicators]}

    # ------------------------------------------------------------ files

    def write(self, path, format=None, overwrite=False, progress=None):
        """Write the rows as a layer, whole or not at all.

        Parameters
        ----------
        path : str or os.PathLike
            .geojson, .geojsonl, .gpkg, .fgb, .shp or .csv
        format : str, optional
            The driver, where the extension doesn't say it.
        overwrite : bool
            Whether to replace an existing file.

        Raises
        ------
        ExistsError, FileError, ArgumentError
        """
        cdef cov_write_options options
        cdef Arena arena = Arena()
        cdef cov_error err
        cdef cov_status s
        self.needs_run()
        cdef const char *at = arena.text(_inputs.path(path))
        if at[0] == b"-" and at[1] == 0:
            raise _errors.ArgumentError('a file named "-" is standard output: use to_geojson()')
        options.size = sizeof(options)
        options.format = arena.text(format)
        options.overwrite = 1 if overwrite else 0
        options.progress = watch
        cdef Watch watching
        with _inputs.watching(progress) as callback:
            watching = Watch(callback)
            options.progress_data = &watching.state
            with nogil:
                s = cov_run_write(self.run, at, &options, &err)
            watching.ended(s, &err)

    def save(self, path, overwrite=False):
        """Save the run as a part, a .cov file: `libcov.merge` puts such files together.

        Parameters
        ----------
        path : str or os.PathLike
        overwrite : bool
            Whether to replace an existing file.

        Raises
        ------
        ExistsError, FileError
        ArgumentError
            A report with bases or ratios that each part would count again, or without a CRS.
        """
        cdef Arena arena = Arena()
        cdef const char *at = arena.text(_inputs.path(path))
        cdef int again = 1 if overwrite else 0
        cdef cov_error err
        cdef cov_status s
        self.needs_run()
        with nogil:
            s = cov_run_save(self.run, at, again, &err)
        check(s, &err)

    cdef int needs_run(self) except -1:
        if self.run == NULL:
            raise _errors.ArgumentError(
                "this report has no files to be written to: the areas state no CRS (give crs=), or this "
                "build of libcov writes no files")
        return 0

    def to_geojson(self, path=None, overwrite=False):
        """GeoJSON (RFC 7946, with the manifest): to a file or, without a path, as text."""
        if path is not None:
            self.write(path, format="GeoJSON", overwrite=overwrite)
            return None
        import tempfile
        with tempfile.TemporaryDirectory(prefix="libcov-") as folder:
            name = folder + "/report.geojson"
            self.write(name)
            with open(name, encoding="utf-8") as file:
                return file.read()

    # ------------------------------------------------------------ shown

    def __repr__(self):
        from libcov import _show
        return _show.text(self)

    def _repr_html_(self):
        from libcov import _show
        return _show.html(self)

    def plot(self, indicator=None, ax=None, **options):
        """Map an indicator with GeoPandas and matplotlib: gives the axes."""
        from libcov import _show
        return _show.plot(self, indicator, ax, **options)


cdef class ArrowTable:
    """The rows of a report for anything that takes Arrow, as often as it is asked."""

    cdef Report report
    cdef bint geometry

    def __arrow_c_stream__(self, requested_schema=None):
        return self.report.stream(self.geometry)

    def __arrow_c_schema__(self):
        cdef object capsule = self.report.stream(self.geometry)
        cdef ArrowArrayStream *stream = stream_of(capsule)
        cdef ArrowSchema *out = <ArrowSchema *>calloc(1, sizeof(ArrowSchema))
        if out == NULL:
            raise MemoryError()
        if stream.get_schema(stream, out) != 0:
            free(out)
            raise MemoryError()
        return PyCapsule_New(out, "arrow_schema", drop_schema)


cdef Report report_of(cov_run *run):
    cdef Report report = Report.__new__(Report)
    report.run = run
    report.report = cov_run_report(run)
    return report


cdef object scaled(units, scale):
    """Full households: whole where the scale is 1."""
    return units if scale == 1 else units / scale


cdef dict ledger_of(const cov_ledger *ledger, scale):
    cdef dict out = {}
    for name, points, weight in (
            ("read", ledger.read.points, ledger.read.weight),
            ("assigned", ledger.assigned.points, ledger.assigned.weight),
            ("outside", ledger.outside.points, ledger.outside.weight),
            ("no_location", ledger.no_location.points, ledger.no_location.weight),
            ("duplicate", ledger.duplicate.points, ledger.duplicate.weight),
            ("rejected", ledger.rejected.points, ledger.rejected.weight),
            ("overlap", ledger.overlap.points, ledger.overlap.weight)):
        out[name] = _results.Count(points, scaled(weight, scale))
    return out
