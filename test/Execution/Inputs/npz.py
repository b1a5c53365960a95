"""npz.py write DIR DIGITS: archives of the first digits.
npz.py damage FILE.npz:NAME COMMAND...: runs the command on what is left of the archive
in many ways; it may refuse it with a message, or read it, but not crash."""

import gzip
import subprocess
import sys
import zipfile

import numpy


def write(folder, digits):
    with gzip.open(digits + "/digits-idx3-ubyte.gz") as file:
        images = numpy.frombuffer(file.read()[16:], "u1").reshape(-1, 28, 28)[:30]
    with gzip.open(digits + "/labels-idx1-ubyte.gz") as file:
        labels = numpy.frombuffer(file.read()[8:], "u1")[:30]
    numpy.save(folder + "/images.npy", images)
    numpy.save(folder + "/labels.npy", labels)
    numpy.savez(folder + "/both.npz", images=images, labels=labels)
    numpy.savez_compressed(folder + "/packed.npz", images=images, labels=labels)
    numpy.savez(folder + "/one.npz", images)
    with zipfile.ZipFile(folder + "/text.npz", "w") as archive:
        archive.writestr("readme.txt", "no array")
    with zipfile.ZipFile(folder + "/bzip.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.write(folder + "/images.npy", "images.npy")


def damage(path, command):
    path, name = path.rsplit(":", 1)
    with open(path, "rb") as file:
        whole = file.read()
    random = numpy.random.default_rng(1)
    pieces = [whole[:size] for size in random.integers(4, len(whole), 12)]
    pieces += [whole[:len(whole) - cut] for cut in (1, 4, 12, 21, 22, 23, 60)]
    # The directory and the end are the last 150 bytes.
    for at in list(random.integers(4, len(whole), 10)) + [
            len(whole) - int(i) for i in random.integers(1, 150, 30)]:
        other = bytearray(whole)
        other[at] ^= int(random.integers(1, 256))
        pieces.append(bytes(other))
    damaged = path + ".damaged.npz"
    for piece in pieces:
        with open(damaged, "wb") as file:
            file.write(piece)
        result = subprocess.run(command + ["--input", damaged + ":" + name],
                                capture_output=True, text=True)
        refused = result.returncode == 1 and "error: " in result.stderr
        if not refused and result.returncode != 0:
            sys.exit("%d bytes: exit code %d\n%s" % (
                len(piece), result.returncode, result.stderr))
    print(len(pieces), "damaged archives, all refused or read")


if sys.argv[1] == "write":
    write(*sys.argv[2:])
else:
    damage(sys.argv[2], sys.argv[3:])
