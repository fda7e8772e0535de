# `make demo` builds the workbooks, `make test` runs everything there is. The other targets are for who works on it.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
DEMO := build/demo

# A Python with LibreOffice's uno, and NumPy for the worksheet functions that run in it.
OFFICE_PYTHON := $(BIN)/python -c "from xlneuron.hosts.office import find_office; print(find_office().python)"
# Fonts that are as wide as Excel's: without them columns look too narrow or too wide.
FONTS := fonts-dejavu fonts-liberation fonts-crosextra-carlito

.PHONY: help setup host test lint types unit slow hosts windows fuzz demo workbooks vba gallery new-lesson bench clean

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-10s %s\n' "$$name" "$$text"; done

setup: $(INSTALLED)  ## xlneuron and its tools in .venv

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "make: $(PYTHON) is not Python 3.10 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@.ci/need "$(PYTHON) -c 'import ensurepip, venv'" "Python's venv" python3-venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

host: setup  ## LibreOffice, which the tests and pictures are made with; installed where apt-get may
	@.ci/need '"$$($(OFFICE_PYTHON))" -c "import uno, numpy"' "LibreOffice Calc with its Python bridge, and NumPy for that Python" \
		libreoffice-calc python3-uno python3-numpy
	@.ci/need 'pdftoppm -v' "poppler" poppler-utils
	@.ci/need 'cc --version' "a C compiler, for faults at system calls" gcc libc6-dev
	@.ci/need 'java -version && ls /usr/share/java/poi.jar' "Apache POI and a Java" libapache-poi-java default-jre-headless

test: host lint types unit slow hosts windows  ## everything: style, types, unit and slow tests, LibreOffice, Windows

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/vulture

types: setup
	$(BIN)/mypy

unit: setup  ## the tests that need no other program and little time
	$(BIN)/pytest --quiet --numprocesses auto --dist worksteal -m 'not host and not slow and not windows'

slow: setup  ## the tests that need no other program but time
	$(BIN)/pytest --quiet --numprocesses auto --dist worksteal -m slow

hosts: host  ## the tests in LibreOffice, IronCalc, ONLYOFFICE and the other hosts
	$(BIN)/pytest --quiet --numprocesses auto --dist loadfile -m host

windows: setup  ## the tests in a Windows Python under Wine: COM, xlwings' DLL, the VBA, the command line
	@.ci/windows $(BIN)/python >/dev/null
	$(BIN)/pytest --quiet -m windows

FILES ?= 10000

fuzz: setup  ## hostile and damaged files, faults at system calls, random calls: hours; FILES=200 for minutes
	PYTHONPATH=.:tests $(BIN)/python -m tests.hostile $(FILES)
	PYTHONPATH=.:tests $(BIN)/python -m tests.hostile.faults
	PYTHONPATH=.:tests $(BIN)/python -m tests.hostile.calls $(FILES)0

demo: setup  ## every template workbook, in build/demo
	@$(BIN)/xlneuron build --out $(DEMO)
	@echo "Open them with any spreadsheet, change a setting and watch."

workbooks: setup  ## the workbooks of the repository, anew
	$(BIN)/xlneuron build --out workbooks

vba: setup  ## the VBA of the Excel add-in and the function reference, anew
	$(BIN)/python -m xlneuron.hosts.excel.generate
	$(BIN)/xlneuron functions --markdown > docs/functions.md

gallery: host  ## the pictures of docs/gallery.md, anew
	@.ci/need 'fc-list | grep -q Carlito' "fonts as wide as Excel's" $(FONTS)
	$(BIN)/python docs/make_gallery.py

new-lesson: setup  ## the files of a new lesson: make new-lesson NAME=09-batch-size QUESTION="Does it matter?"
	@$(BIN)/python .ci/new_lesson.py "$(NAME)" "$(QUESTION)"

bench: host  ## the benchmarks: docs/benchmarks.md and its plot, anew (20 minutes)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m benchmarks --write

clean:  ## all that was made
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
