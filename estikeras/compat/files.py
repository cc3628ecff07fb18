"""`tf.compat.v1.gfile`: the functions of `tf.io.gfile` with the arguments of TensorFlow 1."""

from estikeras.compat.older import older
from estikeras.ops import gfile
from estikeras.public import public

copy = public("compat.v1.gfile.Copy")(
    older(gfile.copy, "oldpath newpath overwrite", oldpath="src", newpath="dst")
)
rename = public("compat.v1.gfile.Rename")(
    older(gfile.rename, "oldname newname overwrite", oldname="src", newname="dst")
)
delete_recursively = public("compat.v1.gfile.DeleteRecursively")(
    older(gfile.rmtree, "dirname", dirname="path")
)
exists = public("compat.v1.gfile.Exists")(older(gfile.exists, "filename", filename="path"))
glob = public("compat.v1.gfile.Glob")(older(gfile.glob, "filename", filename="pattern"))
is_directory = public("compat.v1.gfile.IsDirectory")(older(gfile.isdir, "dirname", dirname="path"))
list_directory = public("compat.v1.gfile.ListDirectory")(
    older(gfile.listdir, "dirname", dirname="path")
)
make_dirs = public("compat.v1.gfile.MakeDirs")(older(gfile.makedirs, "dirname", dirname="path"))
mk_dir = public("compat.v1.gfile.MkDir")(older(gfile.mkdir, "dirname", dirname="path"))
remove = public("compat.v1.gfile.Remove")(older(gfile.remove, "filename", filename="path"))
stat = public("compat.v1.gfile.Stat")(older(gfile.stat, "filename", filename="path"))
walk = public("compat.v1.gfile.Walk")(older(gfile.walk, "top in_order", in_order="topdown"))
