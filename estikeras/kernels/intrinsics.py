"""What Numba does not offer by itself: views over raw addresses, loads from any address, bit casts,
checksums, atomics, calls by address, BLAS.

Every function here is a Numba intrinsic, usable in compiled code only. Nothing here knows a kernel.
"""

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

BYTE, INT32, INT64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
POINTER = BYTE.as_pointer()


def array_view(context, builder, array, address, shape):
    """The value of a C-contiguous array over memory at `address`; it owns nothing and counts no
    references.

    `array` is Numba's array type; `address` and the sizes in `shape` are int64 values.
    """
    struct = make_array(array)(context, builder)
    element = context.get_data_type(array.dtype)
    size = context.get_constant(types.intp, context.get_abi_sizeof(element))
    strides = [size]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length, flags=["nsw"]))
    pointer = builder.inttoptr(address, element.as_pointer())
    populate_array(struct, pointer, shape, strides, size, meminfo=None)
    return struct._getvalue()


@intrinsic
def view(typing, address, shape, dtype):
    """A C-contiguous array of `shape` (a tuple) and `dtype` over memory at `address`."""
    array = types.Array(dtype.dtype, shape.count, "C")

    def build(context, builder, signature, values):
        lengths = cgutils.unpack_tuple(builder, values[1], shape.count)
        return array_view(context, builder, array, values[0], lengths)

    return array(types.int64, shape, dtype), build


@intrinsic
def at(typing, array, index):
    """The address of element `index` of a contiguous array."""

    def build(context, builder, signature, values):
        struct = make_array(array)(context, builder, values[0])
        return builder.ptrtoint(builder.gep(struct.data, [values[1]]), INT64)

    return types.int64(array, types.int64), build


def _bit_cast(source, target):
    @intrinsic
    def cast(typing, value):
        def build(context, builder, signature, values):
            return builder.bitcast(values[0], context.get_value_type(target))

        return target(source), build

    return cast


float32_of_bits = _bit_cast(types.int32, types.float32)
bits_of_float32 = _bit_cast(types.float32, types.int32)
float64_of_bits = _bit_cast(types.int64, types.float64)
bits_of_float64 = _bit_cast(types.float64, types.int64)


def _llvm(name, arity, kinds=(types.float32, types.float64)):
    """An LLVM intrinsic over floats: vectorises, and its result is never re-associated."""

    @intrinsic
    def call(typing, *values):
        kind = values[0][0] if isinstance(values[0], types.BaseTuple) else values[0]
        if kind not in kinds:
            return None
        signature = kind(types.StarArgTuple([kind] * arity))

        def build(context, builder, signature, values):
            llvm = context.get_value_type(kind)
            function = builder.module.declare_intrinsic(
                name, [llvm], ir.FunctionType(llvm, [llvm] * arity)
            )
            return builder.call(function, cgutils.unpack_tuple(builder, values[0], arity))

        return signature, build

    return call


def _load(kind):
    @intrinsic
    def load(typing, address):
        def build(context, builder, signature, values):
            pointer = builder.inttoptr(values[0], context.get_value_type(kind).as_pointer())
            return builder.load(pointer, align=1)

        return kind(types.int64), build

    return load


# What lies at an address that need not be a multiple of the size.
uint8_at, uint32_at, uint64_at = _load(types.uint8), _load(types.uint32), _load(types.uint64)


@intrinsic
def store(typing, address, value):
    """Write a number to an address that need not be a multiple of its size."""

    def build(context, builder, signature, values):
        pointer = builder.inttoptr(values[0], values[1].type.as_pointer())
        builder.store(values[1], pointer, align=1)
        return context.get_dummy_value()

    return types.void(types.int64, value), build


@intrinsic
def copy(typing, target, source, size):
    """Copy `size` bytes to an address from another one; they do not overlap."""

    def build(context, builder, signature, values):
        target, source = (builder.inttoptr(value, POINTER) for value in values[:2])
        cgutils.raw_memcpy(builder, target, source, values[2], 1)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), build


@intrinsic
def crc32c_of_word(typing, value, word):
    """The CRC-32C `value`, a uint64, carried on over eight bytes (needs SSE4.2)."""

    def build(context, builder, signature, values):
        kind = ir.FunctionType(INT64, [INT64] * 2)
        step = builder.module.declare_intrinsic("llvm.x86.sse42.crc32.64.64", (), kind)
        return builder.call(step, values)

    return types.uint64(types.uint64, types.uint64), build


@intrinsic
def crc32c_of_byte(typing, value, byte):
    """The CRC-32C `value`, a uint64, carried on over one byte (needs SSE4.2)."""

    def build(context, builder, signature, values):
        kind = ir.FunctionType(INT32, [INT32, BYTE])
        step = builder.module.declare_intrinsic("llvm.x86.sse42.crc32.32.8", (), kind)
        short = builder.call(step, [builder.trunc(values[0], INT32), values[1]])
        return builder.zext(short, INT64)

    return types.uint64(types.uint64, types.uint8), build


_FLUSH = 0x8040  # in the register MXCSR: results, and operands, below the normal range are zero


def _float_state(builder, value=None):
    """The value of MXCSR before, and `value` in it from now on, if given."""
    place = cgutils.alloca_once(builder, INT32)
    pointer = builder.bitcast(place, POINTER)
    kind = ir.FunctionType(ir.VoidType(), [POINTER])
    if value is None:
        builder.call(builder.module.declare_intrinsic("llvm.x86.sse.stmxcsr", (), kind), [pointer])
        return builder.load(place)
    builder.store(value, place)
    builder.call(builder.module.declare_intrinsic("llvm.x86.sse.ldmxcsr", (), kind), [pointer])
    return value


def _is_x86(builder):
    return builder.module.triple.startswith("x86_64")


@intrinsic
def flush_denormals(typing):
    """Let this thread take numbers below the normal range for zero, and return its state before.
    Other processors than x86 are as fast with such numbers as with any.
    """

    def build(context, builder, signature, values):
        if not _is_x86(builder):
            return INT64(0)
        before = _float_state(builder)
        _float_state(builder, builder.or_(before, INT32(_FLUSH)))
        return builder.zext(before, INT64)

    return types.int64(), build


@intrinsic
def restore_float_state(typing, before):
    """Give this thread the state that `flush_denormals` returned."""

    def build(context, builder, signature, values):
        if _is_x86(builder):
            _float_state(builder, builder.trunc(values[0], INT32))
        return context.get_dummy_value()

    return types.void(types.int64), build


fma = _llvm("llvm.fma", 3)
rint = _llvm("llvm.rint", 1)
power = _llvm("llvm.pow", 2)
maximum = _llvm("llvm.maximum", 2)  # a not-a-number in either operand stays one
minimum = _llvm("llvm.minimum", 2)


@intrinsic
def atomic_add(typing, address, amount):
    """Add to the int64 at `address`; returns what was there before."""

    def build(context, builder, signature, values):
        pointer = builder.inttoptr(values[0], INT64.as_pointer())
        return builder.atomic_rmw("add", pointer, values[1], "seq_cst")

    return types.int64(types.int64, types.int64), build


@intrinsic
def atomic_load(typing, address):
    """Read the int64 at `address`, ordered before everything that follows."""

    def build(context, builder, signature, values):
        return builder.load_atomic(builder.inttoptr(values[0], INT64.as_pointer()), "acquire", 8)

    return types.int64(types.int64), build


@intrinsic
def pause(typing):
    """Tell the processor that this is a waiting loop."""

    def build(context, builder, signature, values):
        kind = ir.FunctionType(ir.VoidType(), [])
        builder.call(builder.module.declare_intrinsic("llvm.x86.sse2.pause", (), kind), [])
        return context.get_dummy_value()

    return types.void(), build


@intrinsic
def call_kernel(typing, function, block, thread, threads):
    """Call the compiled kernel at address `function`."""

    def build(context, builder, signature, values):
        kind = ir.FunctionType(ir.VoidType(), [INT64] * 3).as_pointer()
        builder.call(builder.inttoptr(values[0], kind), list(values[1:]))
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), build


@intrinsic
def call_libc(typing, function, argument):
    """Call the C function `int f(long)` at address `function`."""

    def build(context, builder, signature, values):
        kind = ir.FunctionType(INT32, [INT64]).as_pointer()
        return builder.call(builder.inttoptr(values[0], kind), [values[1]])

    return types.int32(types.int64, types.int64), build


@intrinsic
def gemm(typing, blas, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):
    """Set c = alpha * a @ b + beta * c, row major, by the BLAS routine at address `blas`.

    a is (m, k), b is (k, n), c is (m, n), given by address, rows `ld` elements apart; a flag `ta`
    or `tb` that is not 0 says that the matrix lies transposed. BLAS is column major: it is asked
    for the transposed product.
    """

    def build(context, builder, signature, values):
        blas, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc = values

        def slot(value):
            place = cgutils.alloca_once(builder, value.type)
            builder.store(value, place)
            return builder.bitcast(place, POINTER)

        def integer(value):
            return slot(builder.trunc(value, INT32))

        def letter(flag):
            taken = builder.icmp_signed("!=", flag, flag.type(0))
            return slot(builder.select(taken, BYTE(ord("T")), BYTE(ord("N"))))

        def pointer(value):
            return builder.inttoptr(value, POINTER)

        kind = ir.FunctionType(ir.VoidType(), [POINTER] * 13).as_pointer()
        sizes = [integer(n), integer(m), integer(k), slot(alpha)]
        second = [pointer(b), integer(ldb), pointer(a), integer(lda), slot(beta)]
        arguments = [letter(tb), letter(ta), *sizes, *second, pointer(c), integer(ldc)]
        builder.call(builder.inttoptr(blas, kind), arguments)
        return context.get_dummy_value()

    whole = types.int64
    product = [whole] * 6 + [alpha, whole, whole, whole, whole, alpha, whole, whole]
    return types.void(*product), build
