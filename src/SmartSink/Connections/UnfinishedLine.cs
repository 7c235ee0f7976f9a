using System.Buffers;

namespace SmartSink.Connections;

/// <summary>The octets of a line whose end has not come yet: in an array from the pool, and only while there are any.</summary>
internal struct UnfinishedLine
{
    private byte[]? _array;
    private int _length;

    /// <summary>The octets, in front of what is received next.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _array.AsSpan(0, _length);

    /// <summary>Holds these octets instead of the former ones. They may be a part of those.</summary>
    public void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            Release();
            return;
        }

        var former = _array;
        if (former is null || former.Length < bytes.Length)
        {
            _array = ArrayPool<byte>.Shared.Rent(bytes.Length);
        }

        bytes.CopyTo(_array);
        _length = bytes.Length;
        if (former is not null && former != _array)
        {
            ArrayPool<byte>.Shared.Return(former);
        }
    }

    /// <summary>Holds nothing any more, and gives the array back.</summary>
    public void Release()
    {
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = null;
            _length = 0;
        }
    }
}
