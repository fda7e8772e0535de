"""Make the VBA and the VBA projects anew, after the functions or xlwings have changed.

    python -m xlneuron.hosts.excel.generate

Run in the repository. It needs pyOpenVBA and xlwings (the extra `dev`), and writes vba/*.bas and the data of
this package; tests compare both with the functions' records.
"""

from __future__ import annotations

from pathlib import Path

from xlneuron.hosts.excel import project, vba

ROOT = Path(__file__).parents[3]


def texts() -> dict[str, str]:
    """Return the VBA files of the repository by name, with the line ends that the VBA editor wants."""
    modules = {"xlneuron_udfs.bas": vba.wrappers(), "xlneuron_docs.bas": vba.docs()}
    return {name: project.with_crlf(text) for name, text in modules.items()}


def main() -> None:
    """Write all files."""
    for name, text in texts().items():
        path = ROOT / "vba" / name
        path.write_bytes(text.encode("ascii"))
        print(path.relative_to(ROOT))
    target = Path(str(project.PROJECTS))
    target.write_bytes(project.packed())
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
