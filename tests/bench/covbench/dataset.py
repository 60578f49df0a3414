"""The folder with the data: each file is made once, when somebody asks for it."""
import subprocess

NOT_INDEXED = ["-lco", "SPATIAL_INDEX=NO"]  # an index of FlatGeobuf would sort the households


class Dataset:
    def __init__(self, folder, maker, seed):
        self.folder, self.maker, self.seed = folder / f"seed{seed}", maker, seed
        self.folder.mkdir(parents=True, exist_ok=True)

    def layer(self, region, what, seed=None):
        """communes, fiber, mobile, cables or raster."""
        seed = self.seed if seed is None else seed
        extension = "tif" if what == "raster" else "shp"
        path = self.folder / f"{region}-{what}-{seed}.{extension}"
        return self._once(path, lambda: self._make(region, what, seed, path))

    def households(self, region, n, extension="shp"):
        """As shp, bin (records), csv, gpkg or fgb."""
        path = self.folder / f"{region}-{n}.{extension}"
        if extension in ("gpkg", "fgb"):
            source = self.households(region, n)
            return self._once(path, lambda: _convert(source, path))
        if extension == "bin":
            self.households(region, n)
            return path
        return self._once(path, lambda: self._make(region, "households", self.seed, path, n))

    def answer(self, name):
        """Where a program may write."""
        folder = self.folder / "answers"
        folder.mkdir(exist_ok=True)
        return folder / name

    def _make(self, region, what, seed, path, *more):
        subprocess.run([self.maker, region, what, str(seed), path, *map(str, more)], check=True)

    def _once(self, path, make):
        """A file that isn't whole, since somebody lost patience, is made again."""
        made = path.with_name(path.name + ".made")
        if not made.exists():
            print(f"making {path.name}", flush=True)
            path.unlink(missing_ok=True)
            make()
            made.touch()
        return path


def _convert(source, path):
    driver = {"gpkg": "GPKG", "fgb": "FlatGeobuf"}[path.suffix[1:]]
    subprocess.run(["ogr2ogr", "-q", "-f", driver, "-nln", "households", "-gt", "200000",
                    *NOT_INDEXED, path, source], check=True)
