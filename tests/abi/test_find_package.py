"""What is installed suffices to build a plugin outside this tree, and the host takes it.

CRM_BUILD_DIR   a finished build of this project
CRM_HOST        crm-host
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import headers

BUILD = os.environ["CRM_BUILD_DIR"]
HOST = os.environ["CRM_HOST"]
DOCUMENT = (headers.ROOT / "plugin_api" / "ABI.md").read_text(encoding="utf-8")

CPP_PLUGIN = """
#include <crm/cpp/plugin.hpp>

#include <stdexcept>
#include <string>

class Outside {
 public:
  explicit Outside(const crm_host *) : name_("outside") {}
  void start() {}
  void stop() {}
  const void *extension(std::string_view) { throw std::runtime_error(name_); }

 private:
  std::string name_;
};

const crm_plugin_descriptor *crm_plugin_query() {
  static const crm_plugin_descriptor descriptor = {
      sizeof(crm_plugin_descriptor), CRM_PLUGIN_MAGIC, CRM_ABI_MAJOR, CRM_ABI_MINOR,
      crm::str("org.example.outside"), crm::str("Outside"), crm::str("1.0.0"),
      crm::PluginInstance<Outside>::create};
  return &descriptor;
}
"""

# find_package in a folder of its own: crm_add_plugin must work wherever it is called from.
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(outside LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(crm_plugin_api {version} REQUIRED)
add_subdirectory(plugins)
"""
PLUGINS = """
crm_add_plugin(hello hello.c)
crm_add_plugin(outside outside.cpp)
set_target_properties(hello outside PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/out)
"""


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, check=False)


def run_well(*command):
    done = run(*command)
    if done.returncode != 0:
        raise AssertionError(f"{command} failed with status {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


class FindPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="crm-find-package-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.base = Path(cls.folder.name)
        cls.prefix = cls.base / "prefix"
        run_well("cmake", "--install", BUILD, "--prefix", cls.prefix)
        cls.out = cls.build(cls.base / "project", "1.0")

    @classmethod
    def configure(cls, source, version):
        (source / "plugins").mkdir(parents=True)
        (source / "CMakeLists.txt").write_text(PROJECT.format(version=version), encoding="utf-8")
        (source / "plugins" / "CMakeLists.txt").write_text(PLUGINS, encoding="utf-8")
        hello = re.search(r"^```c\n(.*?)^```$", DOCUMENT, flags=re.M | re.S)[1]
        (source / "plugins" / "hello.c").write_text(hello, encoding="utf-8")
        (source / "plugins" / "outside.cpp").write_text(CPP_PLUGIN, encoding="utf-8")
        return run("cmake", "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={cls.prefix}",
                   "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF", "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror",
                   "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")

    @classmethod
    def build(cls, source, version):
        done = cls.configure(source, version)
        if done.returncode != 0:
            raise AssertionError(f"the outside project cannot be configured:\n{done.stdout}\n{done.stderr}")
        run_well("cmake", "--build", source / "build")
        return source / "build" / "out"

    def test_the_plugins_export_the_entry_point_alone(self):
        for plugin in ("hello.so", "outside.so"):
            with self.subTest(plugin):
                lines = run_well("nm", "-D", "--defined-only", self.out / plugin).splitlines()
                self.assertEqual([line.split()[1:] for line in lines], [["T", "crm_plugin_query"]])
                self.assertNotIn(" UNIQUE ", run_well("readelf", "--wide", "--symbols", self.out / plugin))

    def test_the_host_takes_them(self):
        done = run(HOST, "plugins", "--plugin-dir", self.out)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("org.example.hello", done.stdout)
        self.assertIn("org.example.outside", done.stdout)

    def test_nothing_of_this_tree_is_needed(self):
        caches = [path.read_text(encoding="utf-8") for path in (self.base / "project" / "build").rglob("*.ninja")]
        caches += [path.read_text(encoding="utf-8") for path in (self.base / "project" / "build").rglob("flags.make")]
        self.assertTrue(caches)
        for text in caches:
            self.assertNotIn(f"-I{headers.ROOT}", text)

    def test_the_installed_headers_are_all_of_them(self):
        source = {path.relative_to(headers.INCLUDE) for path in headers.INCLUDE.rglob("*.h*")}
        installed = {path.relative_to(self.prefix / "include") for path in (self.prefix / "include").rglob("*.h*")}
        self.assertEqual(installed, source)

    def test_the_script_that_checks_exports_lies_beside_the_plugin(self):
        plugin = next(self.prefix.rglob("message_history.so"))
        script = plugin.parent / "verify-export.sh"
        self.assertEqual(run("sh", script).returncode, 2, "it says how it is called")
        self.assertTrue(os.access(script, os.X_OK))

    def test_the_example_for_hosts_compiles_against_what_is_installed(self):
        example = next(self.prefix.rglob("examples/export_host.cpp"))
        run_well(os.environ.get("CXX", "c++"), "-std=c++20", f"-I{self.prefix / 'include'}", example, "-o",
                 self.base / "export_host", "-lcrypto", "-ldl")

    def test_another_major_is_not_found(self):
        done = self.configure(self.base / "too_new", "2.0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("crm_plugin_api", done.stderr)


if __name__ == "__main__":
    unittest.main()
