# A thin wrapper of meson for people in a hurry. On a fresh Debian 12:
#
#   make demo   installs what is missing, builds, runs covcalc on the demonstration province
#   make test   installs what is missing, builds, runs the whole test suite, twice: once as it will
#               run, once under the address and undefined-behaviour sanitizers
#   make python installs what is missing, builds the Python package in a virtual environment of its
#               own and runs its tests
#
# Everything else is plain meson: meson setup build && meson compile -C build && meson install -C build

BUILD ?= build
SANITIZE ?= build-sanitize
OUT ?= out

BUILD_PACKAGES = gcc libc6-dev meson ninja-build pkg-config \
	libgdal-dev libproj-dev libgeos-dev libglib2.0-dev libjansson-dev libcyaml-dev libyaml-dev
TEST_PACKAGES = $(BUILD_PACKAGES) g++ libcmocka-dev libgmp-dev binutils man-db \
	python3-pytest python3-gdal python3-numpy python3-shapely python3-jsonschema python3-yaml \
	gdal-bin proj-bin proj-data
PYTHON_PACKAGES = python3-venv python3-dev

PROVINCE = data/province

.PHONY: all demo test check sanitize python format clean

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

.PHONY: demo-packages test-packages python-packages
demo-packages:
	$(call install_packages,$(BUILD_PACKAGES))
test-packages:
	$(call install_packages,$(TEST_PACKAGES))

# Spark runs on any Java from 17 on.
python-packages:
	$(call install_packages,$(BUILD_PACKAGES) $(PYTHON_PACKAGES))
	@command -v java >/dev/null || $(MAKE) --no-print-directory java-packages
.PHONY: java-packages
java-packages:
	$(call install_packages,default-jre-headless)

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

test: test-packages check sanitize

check: $(BUILD)/build.ninja
	meson test -C $(BUILD) --print-errorlogs

sanitize:
	@test -f $(SANITIZE)/build.ninja || meson setup $(SANITIZE) \
	    -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
	meson test -C $(SANITIZE) --print-errorlogs

# The package as a user would install it, in an environment that holds nothing else of libcov.
PYTHON ?= /usr/bin/python3
VENV = $(BUILD)/venv
python: python-packages
	@test -x $(VENV)/bin/pip || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check -r python/requirements-test.txt
	$(VENV)/bin/pip install -q --disable-pip-version-check --force-reinstall --no-deps ./python
	$(VENV)/bin/python -m pytest -q -rs -p no:cacheprovider \
	    --junitxml=$(abspath $(BUILD))/python-tests.xml python/tests

format:
	clang-format -i include/cov/*.h libcov/*/*.[ch] tools/*.[ch] tests/*/*.[ch]

clean:
	rm -rf $(BUILD) $(SANITIZE) $(OUT)
