"""The part of the compiler that needs Numba: a Python function to an object file with one entry
point.

Numba's own wrappers for calls from Python are left out; the entry point unpacks the argument block,
makes the views and slices of the range, and calls the function. Uses Numba's internal interfaces,
here and nowhere else.
"""

import re

from llvmlite import binding as llvm
from llvmlite import ir
from numba import njit
from numba.core import cgutils, compiler, dispatcher, registry, types
from numba.np.numpy_support import from_dtype
from numpy import dtype

from estikeras.kernels.compiler import ENTRY, FAST
from estikeras.kernels.intrinsics import INT64, array_view

OPTIONS = {"error_model": "numpy", "fastmath": FAST, "nopython": True, "_nrt": False}


class _Compiler(dispatcher._FunctionCompiler):
    def _customize_flags(self, flags):
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        flags.noalias = True  # array arguments do not overlap: loops vectorise without checks
        return flags


class _ApartCompiler(dispatcher._FunctionCompiler):
    def _customize_flags(self, flags):
        flags.noalias = True
        return flags


def helper(function, exact, apart):
    """A function that loops call; it is always inlined."""
    options = {"error_model": "numpy", "fastmath": False if exact else FAST, "forceinline": True}
    options |= {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    made = njit(**options)(function)
    if apart:
        options = made.targetoptions
        made._compiler = _ApartCompiler(function, made.targetdescr, options, {}, compiler.Compiler)
    return made


def object_code(loop, bound, function):
    """The object file for `function`, a loop whose placeholders are bound to the types `bound`."""
    kinds = {name: from_dtype(dtype(value)) for name, value in bound.items()}
    arguments = tuple(_argument_type(kind, dims, kinds) for _, kind, dims in loop.parameters)
    target = registry.cpu_target
    result = _Compiler(function, target, OPTIONS, {}, compiler.Compiler).compile(
        arguments, types.void
    )
    context, library = result.target_context, result.library
    module = context.create_module("entry")
    _entry(context, module, result.fndesc, loop, arguments)
    library.add_ir_module(module)
    return emit(library)


def emit(library):
    """Link, optimise and translate a library whose one visible function is the entry point."""
    module = library._final_module
    for other in dict.fromkeys(library._linking_libraries):
        module.link_in(other._get_module_for_linking(), preserve=True)
    for symbol in [*module.functions, *module.global_variables]:
        if not symbol.is_declaration and symbol.name != ENTRY:
            symbol.linkage = "internal"
    library._optimize_final_module()
    foreign = {
        f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")
    }
    python = sorted(name for name in foreign if name.startswith(("Py", "numba_", "NRT_")))
    if python:
        raise RuntimeError(f"a kernel must not raise or allocate; {library.name} calls {python}")
    missing = sorted(name for name in foreign if llvm.address_of_symbol(name) is None)
    if missing:
        raise RuntimeError(f"a kernel must need nothing but libm; {library.name} calls {missing}")
    return library._codegen._tm.emit_object(module)


def _argument_type(kind, dimensions, kinds):
    if dimensions is None:
        return types.float64 if kind == "float" else types.int64
    kind = "int64" if kind == "words" else kind
    element = kinds[kind] if kind in kinds else from_dtype(dtype(kind))
    return types.Array(element, len(dimensions.split(",")), "C")


def _entry(context, module, description, loop, arguments):
    """Write `void(block, thread, threads)` into the module."""
    signature = ir.FunctionType(ir.VoidType(), [INT64] * 3)
    entry = ir.Function(module, signature, ENTRY)
    builder = ir.IRBuilder(entry.append_basic_block())
    block, thread, threads = entry.args
    words = builder.inttoptr(block, INT64.as_pointer())
    filled = {"thread": thread, "threads": threads}
    values, position = {}, 0
    for name, kind, dimensions in loop.parameters:
        if name in ("first", "thread", "threads"):
            continue
        place = builder.gep(words, [INT64(position)])
        inside = kind == "words"
        values[name] = builder.ptrtoint(place, INT64) if inside else builder.load(place)
        position += int(dimensions) if inside else 1
    shift = {}
    if loop.split:
        size = values[loop.split]
        first = _share(builder, size, thread, threads, loop.grain)
        last = _share(builder, size, builder.add(thread, INT64(1)), threads, loop.grain)
        filled["first"] = shift[loop.split] = first
        values[loop.split] = builder.sub(last, first)
    given = []
    for (name, kind, dimensions), argument in zip(loop.parameters, arguments, strict=True):
        if name in filled:
            given.append(filled[name])
        elif dimensions is not None:
            shape = [_evaluate(builder, text, values) for text in dimensions.split(",")]
            start = values[name]
            if loop.split in re.findall(r"\w+", dimensions.split(",")[0]):
                steps = [
                    _evaluate(builder, dimensions.split(",")[0], {**values, **shift}),
                    *shape[1:],
                ]
                size = INT64(context.get_abi_sizeof(context.get_data_type(argument.dtype)))
                for step in steps:
                    size = builder.mul(size, step, flags=["nsw"])
                start = builder.add(start, size)
            given.append(array_view(context, builder, argument, start, shape))
        elif kind == "float":
            given.append(builder.bitcast(values[name], ir.DoubleType()))
        else:
            given.append(values[name])
    kind = context.call_conv.get_function_type(description.restype, description.argtypes)
    callee = cgutils.get_or_insert_function(module, kind, description.mangled_name)
    context.call_conv.call_function(builder, callee, types.void, arguments, given)
    builder.ret_void()


def _evaluate(builder, text, values):
    """A product of sizes and numbers, like `"4 * rows"`."""
    product = None
    for factor in text.split("*"):
        factor = factor.strip()
        value = INT64(int(factor)) if factor.isdigit() else values[factor]
        product = value if product is None else builder.mul(product, value, flags=["nsw"])
    return product


def _share(builder, size, thread, threads, grain):
    """Where the slice of `thread` begins: `size` in pieces of `grain`, divided evenly."""
    if grain == 1:
        return builder.sdiv(builder.mul(size, thread), threads)
    pieces = builder.sdiv(builder.add(size, INT64(grain - 1)), INT64(grain))
    start = builder.mul(builder.sdiv(builder.mul(pieces, thread), threads), INT64(grain))
    return builder.select(builder.icmp_signed("<", start, size), start, size)
