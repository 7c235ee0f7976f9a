namespace SmartSink.Ledger.Store;

/// <summary>Values that facts name by a number. What comes when it is full is counted under one value, whose number is 0.</summary>
/// <param name="others">The value with the number 0.</param>
/// <param name="most">The most values.</param>
/// <param name="mostBytes">The most that they may take in memory.</param>
/// <param name="lengthOf">A value's length in characters.</param>
internal sealed class Interned<T>(T others, int most, long mostBytes, Func<T, int> lengthOf)
    where T : class
{
    /// <summary>The number of whatever came when it was full.</summary>
    public const int Others = 0;

    /// <summary>What a value takes beside its characters: headers of its objects, its entry in the dictionary, its place in the list.</summary>
    private const int BytesBeside = 160;

    private readonly Dictionary<T, int> _numbers = [];
    private readonly List<T> _values = [others];
    private T? _last;
    private int _lastNumber;

    public long Bytes { get; private set; }

    /// <summary>How many there are, that for the others among them.</summary>
    public int Count => _values.Count;

    public T this[int number] => _values[number];

    public T[] ToArray() => [.. _values];

    public int NumberOf(T value)
    {
        if (ReferenceEquals(value, _last))
        {
            return _lastNumber;
        }

        if (!_numbers.TryGetValue(value, out var number) && _values.Count <= most && Bytes < mostBytes)
        {
            number = _values.Count;
            _values.Add(value);
            _numbers.Add(value, number);
            Bytes += BytesBeside + (lengthOf(value) * sizeof(char));
        }

        (_last, _lastNumber) = (value, number);
        return number;
    }
}
