# A thin wrapper of meson for people in a hurry. On a fresh Debian 12:
#
#   make demo   installs what is missing, builds, runs covcalc on the demonstration province
#   make test   installs what is missing, builds, runs the whole test suite, twice: once as it will
#               run, once under the address and undefined-behaviour sanitizers
#   make python installs what is missing, builds the Python package in the virtual environment
#               build/venv, and its core without GDAL in build/venv-core and -bare
#   make bench  builds, measures covcalc against merely reading and against what people use:
#               tests/bench/README.md; make bench-packages installs such programs before
#
# Everything else is plain meson: meson setup build && meson compile -C build && meson install -C build

BUILD ?= build
SANITIZE ?= build-sanitize
OUT ?= out

BUILD_PACKAGES = gcc libc6-dev meson ninja-build pkg-config \
	libgdal-dev libproj-dev libgeos-dev libglib2.0-dev libjansson-dev libcyaml-dev libyaml-dev
TEST_PACKAGES = $(BUILD_PACKAGES) g++ libcmocka-dev libgmp-dev binutils man-db \
	python3-pytest python3-gdal python3-numpy python3-shapely python3-jsonschema python3-yaml \
	gdal-bin proj-bin proj-data python3-dev python3-venv \
	$(if $(shell command -v java),,default-jre-headless)
# What covcalc is measured against; GeoPandas with shapely 2 and exactextract aren't in Debian.
BENCH_PACKAGES = $(BUILD_PACKAGES) gdal-bin postgresql postgresql-postgis spatialite-bin qgis

PROVINCE = data/province

# Of the Python package: an environment with everything, one without GDAL, and one that has not even
# NumPy.
PYTHON = $(firstword $(wildcard /usr/bin/python3) python3)
VENV = $(BUILD)/venv
VENV_CORE = $(BUILD)/venv-core
VENV_BARE = $(BUILD)/venv-bare

.PHONY: all demo test check python sanitize bench format clean

all: $(BUILD)/build.ninja
	meson compile -C $(BUILD)

# Installed only where something is missing, so that a machine without network works, too.
define install_packages
	@missing=$$(for p in $(1); do \
	    dpkg-query -W -f='$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || echo $$p; \
	done); \
	if [ -n "$$missing" ]; then \
	    echo "Installing Debian packages:" $$missing; \
	    sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    $$sudo apt-get update -qq && \
	    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	        $$missing >/dev/null; \
	fi
endef

.PHONY: demo-packages test-packages bench-packages
demo-packages:
	$(call install_packages,$(BUILD_PACKAGES))
test-packages:
	$(call install_packages,$(TEST_PACKAGES))
bench-packages:
	$(call install_packages,$(BENCH_PACKAGES))

$(BUILD)/build.ninja:
	meson setup $(BUILD)

demo: demo-packages
	@# without the tests, which need more
	@test -f $(OUT)/build/build.ninja || meson setup $(OUT)/build -Dtests=false
	meson compile -C $(OUT)/build
	@echo
	$(OUT)/build/tools/covcalc --project $(PROVINCE)/province.yaml \
	    --overwrite -o $(OUT)/coverage.geojson
	@echo
	@echo "The same for a map: $(OUT)/coverage.geojson"

test: test-packages python check sanitize

check: $(BUILD)/build.ninja
	meson test -C $(BUILD) --print-errorlogs

# Made once. A machine without network has no such environments: the tests that need them say so.
PIP_GET = install -q --disable-pip-version-check --prefer-binary
$(VENV)/made: python/requirements-test.txt | test-packages $(BUILD)/build.ninja
	@$(PYTHON) -m venv $(VENV) && $(PYTHON) -m venv $(VENV_CORE) && $(PYTHON) -m venv $(VENV_BARE) && \
	$(VENV)/bin/pip $(PIP_GET) wheel && \
	$(VENV)/bin/pip $(PIP_GET) -r $< && \
	$(VENV_CORE)/bin/pip $(PIP_GET) pytest numpy pyarrow && \
	$(VENV_BARE)/bin/pip $(PIP_GET) pytest && \
	touch $@ || echo "The environments for Python can't be made: its tests are skipped."

PIP_INSTALL = install -q --disable-pip-version-check --no-deps --force-reinstall
PIP_BUILD = PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/pip wheel -q --disable-pip-version-check \
	--no-deps --no-build-isolation

python: $(VENV)/made
	@if [ -f $(VENV)/made ]; then set -e; rm -rf $(BUILD)/wheels; \
	    $(PIP_BUILD) --config-settings=build-dir=$(abspath $(BUILD))/python \
	        -w $(BUILD)/wheels/io ./python; \
	    $(PIP_BUILD) --config-settings=build-dir=$(abspath $(BUILD))/python-core \
	        --config-settings=setup-args=-Dio=disabled -w $(BUILD)/wheels/core ./python; \
	    $(VENV)/bin/pip $(PIP_INSTALL) $(BUILD)/wheels/io/*.whl; touch $(VENV)/installed; \
	    for venv in $(VENV_CORE) $(VENV_BARE); do \
	        $$venv/bin/pip $(PIP_INSTALL) $(BUILD)/wheels/core/*.whl; touch $$venv/installed; \
	    done; \
	fi

sanitize:
	@test -f $(SANITIZE)/build.ninja || meson setup $(SANITIZE) \
	    -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
	meson test -C $(SANITIZE) --print-errorlogs

# Installs nothing unasked: peers that are missing are named and skipped. The data is made once.
#   make bench BENCH="--quick"      make bench BENCH="--only country"
bench: $(BUILD)/build.ninja
	meson compile -C $(BUILD) bench
	$(PYTHON) tests/bench/bench.py --build $(BUILD) $(BENCH)

format:
	clang-format -i include/cov/*.h libcov/*/*.[ch] tools/*.[ch] tests/*/*.[ch] tests/bench/*/*.[ch]

clean:
	rm -rf $(BUILD) $(SANITIZE) $(OUT)
