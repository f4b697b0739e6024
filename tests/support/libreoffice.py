"""LibreOffice without a window: opens CSV files and saves what it made of them."""

import csv
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TIMEOUT_S = 600
# Comma, double quote, UTF-8, from the first line, columns, language, quoted fields are text.
AS_TEXT = "CSV:44,34,76,1,{columns},0,true"
TEXT_COLUMN = 2
# Comma, double quote, UTF-8, ..., every text quoted, contents as they are.
CSV_OUT = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


class LibreOffice:
    """With a profile of its own, so that nobody's settings matter and several run beside each
    other; ends with the block it is used in."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="crm-office-")
        self.base = Path(self.folder.name)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def convert(self, paths, to, filter_in=None):
        """What each file becomes: the paths, in the order of `paths`, in a folder of their own."""
        out = Path(tempfile.mkdtemp(dir=self.base))
        command = ["soffice", "-env:UserInstallation=" + (self.base / "profile").as_uri(), "--headless",
                   "--norestore", "--convert-to", to, "--outdir", str(out)]
        command += [f"--infilter={filter_in}"] if filter_in else []
        done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT_S, check=False)
        made = [out / Path(path).with_suffix("." + to.split(":")[0]).name for path in paths]
        missing = [path.name for path in made if not path.is_file()]
        if done.returncode != 0 or missing:
            raise AssertionError(f"LibreOffice did not make {missing}: {done.stdout} {done.stderr}; "
                                 "install libreoffice-calc-nogui")
        return made

    def texts(self, path, column_count):
        """The cells of a CSV whose columns are all imported as text."""
        columns = "/".join(f"{number}/{TEXT_COLUMN}" for number in range(1, column_count + 1))
        made, = self.convert([path], CSV_OUT, AS_TEXT.format(columns=columns))
        with open(made, encoding="utf-8", newline="") as lines:
            return list(csv.reader(lines, strict=True))

    def cells(self, paths):
        """The sheets as a double click opens the files: of each, rows of (type, formula) a cell."""
        return [sheet(path) for path in self.convert(paths, "fods")]

    def saved(self, path, to="csv"):
        """The file that opening and saving at once leaves."""
        return self.convert([path], to)[0]


def sheet(path):
    """The rows of a flat OpenDocument sheet: (type, formula) of every cell, None where none is."""
    rows = []
    for row in ElementTree.parse(path).iter(TABLE + "table-row"):
        cells = []
        for cell in row.iter(TABLE + "table-cell"):
            count = int(cell.get(TABLE + "number-columns-repeated", "1"))
            cells += [(cell.get(OFFICE + "value-type"), cell.get(TABLE + "formula"))] * count
        rows += [cells] * int(row.get(TABLE + "number-rows-repeated", "1"))
    return rows
