using System.Runtime.CompilerServices;

namespace SmartSink.Ledger.Store;

/// <summary>A part of the ledger that can make room.</summary>
internal interface IForgetful
{
    /// <summary>What it takes in memory.</summary>
    long Bytes { get; }

    /// <summary>How many facts it has forgotten.</summary>
    long Forgotten { get; }

    /// <summary>Forgets the oldest part of what it holds; false when there is nothing that it could.</summary>
    bool Forget();
}

/// <summary>A fact with what tells whose it is.</summary>
/// <param name="Sender">The sender's number.</param>
/// <param name="Run"><see cref="Run.Id"/> of its message's run; -1 for none.</param>
/// <param name="Fact">The fact.</param>
internal readonly record struct Kept<T>(int Sender, int Run, T Fact);

/// <summary>Facts in the order in which they came, in chunks, of which the oldest can go. A fact keeps its index.</summary>
internal sealed class FactList<T> : IForgetful
    where T : struct
{
    /// <summary>So that no chunk is one of the runtime's large objects, which are collected late.</summary>
    private const int ChunkLength = 512;

    private readonly List<T[]> _chunks = [];
    private long _first;
    private long _end;

    public long Bytes => (long)_chunks.Count * ChunkLength * Unsafe.SizeOf<T>();

    public long Forgotten => _first;

    /// <summary>How many chunks there are.</summary>
    public int Chunks => _chunks.Count;

    /// <summary>A fact by its index; only one that <see cref="Has"/> knows.</summary>
    public ref T this[long index] => ref _chunks[(int)((index - _first) / ChunkLength)][(int)(index % ChunkLength)];

    /// <summary>Whether a fact is still there.</summary>
    public bool Has(long index) => index >= _first;

    /// <summary>What a chunk holds, the oldest first.</summary>
    public ReadOnlySpan<T> ChunkAt(int chunk) => _chunks[chunk].AsSpan(0, (int)Math.Min(ChunkLength, _end - _first - ((long)chunk * ChunkLength)));

    /// <summary>Adds a fact and gives its index.</summary>
    public long Add(in T fact)
    {
        if (_end % ChunkLength == 0)
        {
            _chunks.Add(new T[ChunkLength]);
        }

        _chunks[^1][(int)(_end % ChunkLength)] = fact;
        return _end++;
    }

    public bool Forget()
    {
        if (_chunks.Count < 2)
        {
            return false;
        }

        _chunks.RemoveAt(0);
        _first += ChunkLength;
        return true;
    }
}
