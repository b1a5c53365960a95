"""Runs the shell blocks of a page and compares what they print with the page.

Usage: run-page.py PAGE.md FOLDER [TOOLS [LINK...]]

Blocks run in order in FOLDER, which is made anew, holds the files LINK and has
TOOLS first on PATH. By the line that opens it, a block is
  ```sh          run; its output and errors are those of the ```text block that
                 follows, or nothing
  ```sh skip     not run
  ```LANG FILE   saved as FILE
Anything else is prose. In a ```text block `...` stands for any text, on a line
of its own for any lines, and times (`1.5 us`, `"x_us": 1.5`) for any number
of any width.
"""

import os
import re
import shutil
import subprocess
import sys

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r' *[0-9.]+(?= us\b)|(?<=_us": )[0-9.]+')


def pattern(expected):
    """The regular expression that the lines of a text block stand for."""
    lines = []
    for line in expected.splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
            continue
        line = TIME.sub("\0", line.rstrip())
        line = re.escape(line).replace(re.escape("..."), ".*")
        lines.append(line.replace(re.escape("\0"), r" *[0-9.]+") + r"[ \t]*\n")
    return "".join(lines)


def main(page, folder, tools=None, *links):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for link in links:
        os.symlink(link, os.path.join(folder, os.path.basename(link)))
    if tools:
        os.environ["PATH"] = tools + os.pathsep + os.environ["PATH"]
    with open(page) as file:
        text = file.read()
    blocks = [
        (match.group(1), match.group(2), match.group(3), match.start())
        for match in BLOCK.finditer(text)
    ]
    ran = 0
    for index, (language, word, content, start) in enumerate(blocks):
        if language != "sh" and word:
            with open(os.path.join(folder, word), "w") as file:
                file.write(content)
        if language != "sh" or word == "skip":
            continue
        follows = blocks[index + 1] if index + 1 < len(blocks) else None
        expected = follows[2] if follows and follows[:2] == ("text", None) else ""
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", content],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
        ran += 1
        if result.returncode or not re.fullmatch(pattern(expected), result.stdout):
            line = text.count("\n", 0, start) + 1
            sys.exit(
                "%s:%d: exit code %d\n%s--- expected ---\n%s--- found ---\n%s"
                % (page, line, result.returncode, content, expected, result.stdout)
            )
    print("%d blocks as the page says" % ran)


main(*sys.argv[1:])
