# A job of the C library, out of what `libcov._compute` has put in order.

cdef class Job:
    """The structure and everything that it points to."""

    cdef cov_job job
    cdef Arena arena
    cdef Watch watch
    cdef list tables

    def __init__(self, *, areas=None, id=None, name=None, parents=(), households=None, weight=None,
                 household_id=None, bases=(), services=(), indicators=(), tiers=(), targets=(), ratios=(),
                 assume_crs=None, invalid="error", drivers=(), allow_network=False, threads=0, progress=None):
        cdef Arena arena = Arena()
        self.arena = arena
        self.watch = Watch(progress)
        self.tables = []
        memset(&self.job, 0, sizeof(cov_job))
        self.job.size = sizeof(cov_job)
        self.source(&self.job.areas, areas)
        self.job.id_column = arena.text(id)
        self.job.name_column = arena.text(name)
        self.job.parent_columns = arena.texts(parents)
        self.job.n_parents = len(parents)
        self.source(&self.job.households, households)
        self.job.weight_column = arena.text(weight)
        self.job.household_id = arena.text(household_id)
        self.set_bases(list(bases))
        self.set_services(list(services))
        self.set_questions(list(indicators), list(tiers), list(targets))
        self.set_ratios(list(ratios))
        self.job.assume_crs = arena.text(assume_crs)
        self.job.invalid = invalid_of(invalid)
        self.job.add_drivers = arena.texts(drivers)
        self.job.n_add_drivers = len(drivers)
        self.job.allow_network = 1 if allow_network else 0
        self.job.threads = threads_of(threads)
        self.job.progress = watch
        self.job.progress_data = &self.watch.state

    cdef int source(self, cov_source *out, given) except -1:
        cdef Table table
        if given is None:
            return 0
        out.path = self.arena.text(given.path)
        out.layer = self.arena.text(given.layer)
        out.where = self.arena.text(given.where)
        if given.table is not None:
            table = given.table
            self.tables.append(table)
            out.table = table.table
        return 0

    cdef int set_bases(self, list bases) except -1:
        cdef cov_job_base *out = <cov_job_base *>self.arena.block(len(bases) * sizeof(cov_job_base))
        for i, base in enumerate(bases):
            out[i].name = self.arena.text(base.name)
            out[i].kind = <cov_base_kind><int>base.kind
            self.source(&out[i].source, base.source)
            out[i].weight_column = self.arena.text(base.weight)
        self.job.bases = out
        self.job.n_bases = len(bases)
        return 0

    cdef int set_services(self, list services) except -1:
        cdef cov_job_service *out = <cov_job_service *>self.arena.block(len(services) * sizeof(cov_job_service))
        for i, service in enumerate(services):
            out[i].name = self.arena.text(service.name)
            out[i].by = <cov_by><int>service.by
            self.source(&out[i].source, service.source)
            out[i].split = self.arena.text(service.split)
            out[i].metres = service.metres
            self.source(&out[i].barriers, service.barriers)
            out[i].min = service.min
            out[i].indoor = service.indoor
            out[i].sigma = service.sigma
            out[i].probability = service.probability
            out[i].bilinear = 1 if service.bilinear else 0
            out[i].column = self.arena.text(service.column)
            out[i].key = self.arena.text(service.key)
            out[i].condition = self.arena.text(service.condition)
        self.job.services = out
        self.job.n_services = len(services)
        return 0

    cdef int set_questions(self, list indicators, list tiers, list targets) except -1:
        cdef cov_job_tiers *chain = <cov_job_tiers *>self.arena.block(len(tiers) * sizeof(cov_job_tiers))
        cdef cov_job_target *target = <cov_job_target *>self.arena.block(len(targets) * sizeof(cov_job_target))
        self.job.indicators = indicators_in(self.arena, indicators)
        self.job.n_indicators = len(indicators)
        for i, expressions in enumerate(tiers):
            chain[i].expressions = self.arena.texts(expressions)
            chain[i].n = len(expressions)
        self.job.tiers = chain
        self.job.n_tiers = len(tiers)
        for i, (indicator, millionths, connections) in enumerate(targets):
            target[i].indicator = self.arena.text(indicator)
            target[i].share = millionths
            target[i].with_ = connections
        self.job.targets = target
        self.job.n_targets = len(targets)
        return 0

    cdef int set_ratios(self, list ratios) except -1:
        cdef cov_job_ratio *out = <cov_job_ratio *>self.arena.block(len(ratios) * sizeof(cov_job_ratio))
        for i, ratio in enumerate(ratios):
            out[i].name = self.arena.text(ratio.name)
            self.source(&out[i].source, ratio.source)
            out[i].key = self.arena.text(ratio.key)
            out[i].n = self.arena.text(ratio.n)
            out[i].of = self.arena.text(ratio.of)
            out[i].of_base = self.arena.text(ratio.of_base)
            out[i].per = ratio.per
        self.job.ratios = out
        self.job.n_ratios = len(ratios)
        return 0

    def run(self):
        """Do the job."""
        cdef cov_run *run = NULL
        cdef cov_error err
        cdef cov_status s
        with nogil:
            s = cov_run_create(&self.job, &run, &err)
        self.watch.ended(s, &err)
        return report_of(run)


def run_project_file(str path, threads, progress):
    """The run of a project file; its outputs are not written."""
    cdef Arena arena = Arena()
    cdef Watch watching = Watch(progress)
    cdef const char *at = arena.text(path)
    cdef cov_project *project = NULL
    cdef cov_run *run = NULL
    cdef unsigned workers = 0 if threads is None else threads_of(threads)
    cdef bint own = threads is not None
    cdef cov_job job
    cdef cov_error err
    cdef cov_status s
    with nogil:
        s = cov_project_load(at, &project, &err)
    check(s, &err)
    job = cov_project_job(project)[0]
    job.progress = watch
    job.progress_data = &watching.state
    if own:
        job.threads = workers
    with nogil:
        s = cov_run_create(&job, &run, &err)
        cov_project_free(project)
    watching.ended(s, &err)
    return report_of(run)


def merge_parts(paths, Job job not None):
    """The run of all parts; the job asks, or nothing."""
    cdef Arena arena = Arena()
    cdef const char **at = arena.texts(paths)
    cdef size_t n = len(paths)
    cdef cov_run *run = NULL
    cdef cov_error err
    cdef cov_status s
    with nogil:
        s = cov_run_merge(at, n, &job.job, &run, &err)
    job.watch.ended(s, &err)
    return report_of(run)


def same_crs(one, other):
    """Whether two texts mean one coordinate system: PROJ says so."""
    cdef Arena arena = Arena()
    cdef int out = 0
    cdef cov_error err
    check(cov_crs_same(arena.text(one), arena.text(other), &out, &err), &err)
    return bool(out)


def metres(text):
    """A distance with its unit, "150m"."""
    cdef Arena arena = Arena()
    cdef double out = 0
    cdef cov_error err
    check(cov_distance_parse(arena.text(text), &out, &err), &err)
    return out


def millionths(text):
    """A percentage, "80%"."""
    cdef Arena arena = Arena()
    cdef uint32_t out = 0
    cdef cov_error err
    check(cov_millionths_parse(arena.text(text), &out, &err), &err)
    return out


cdef cov_invalid invalid_of(text) except *:
    kinds = {"error": COV_INVALID_ERROR, "fix": COV_INVALID_FIX, "skip": COV_INVALID_SKIP}
    if text not in kinds:
        raise _errors.ArgumentError(f'invalid={text!r}: use "error", "fix" or "skip"')
    return kinds[text]


cdef unsigned threads_of(threads) except? 0:
    if not isinstance(threads, Integral) or threads < 0 or threads > 256:
        raise _errors.ArgumentError(f"threads={threads!r}: use 0 to 256")
    return threads


cdef const cov_indicator *indicators_in(Arena arena, list indicators) except? NULL:
    cdef cov_indicator *out = <cov_indicator *>arena.block(len(indicators) * sizeof(cov_indicator))
    for i, (name, expression) in enumerate(indicators):
        out[i].name = arena.text(name)
        out[i].expression = arena.text(expression)
    return out
