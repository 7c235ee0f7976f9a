namespace SmartSink.Smtp.Idna;

/// <summary>RFC 3492: the part of an A-label after its <c>xn--</c>.</summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int LowestThreshold = 1;
    private const int HighestThreshold = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int InitialCodePoint = 0x80;
    private const int LastCodePoint = 0x10FFFF;

    /// <summary>Encodes a label.</summary>
    /// <param name="label">At most 63 code points, each of which takes at least one octet.</param>
    /// <param name="destination">Room for the result, in lower case.</param>
    /// <param name="written">How many octets the result has.</param>
    /// <returns>False when the result does not fit.</returns>
    public static bool TryEncode(ReadOnlySpan<int> label, Span<byte> destination, out int written)
    {
        written = 0;
        foreach (var codePoint in label)
        {
            if (codePoint < InitialCodePoint && !TryWrite((byte)codePoint, destination, ref written))
            {
                return false;
            }
        }

        var basics = written;
        if (basics > 0 && !TryWrite((byte)'-', destination, ref written))
        {
            return false;
        }

        var (next, delta, bias) = (InitialCodePoint, 0, InitialBias);
        for (var handled = basics; handled < label.Length;)
        {
            var lowest = LowestFrom(next, label);
            delta += (lowest - next) * (handled + 1);
            next = lowest;
            foreach (var codePoint in label)
            {
                if (codePoint < next)
                {
                    delta++;
                }
                else if (codePoint == next)
                {
                    if (!TryWriteNumber(delta, bias, destination, ref written))
                    {
                        return false;
                    }

                    bias = Adapt(delta, handled + 1, isFirst: handled == basics);
                    delta = 0;
                    handled++;
                }
            }

            delta++;
            next++;
        }

        return true;
    }

    /// <summary>Decodes a label.</summary>
    /// <param name="encoded">Code points; valid Punycode has only ASCII, in lower case.</param>
    /// <param name="destination">Room for the result; the length of the input always suffices.</param>
    /// <param name="written">How many code points the result has.</param>
    /// <returns>False when it is not Punycode or does not fit.</returns>
    public static bool TryDecode(ReadOnlySpan<int> encoded, Span<int> destination, out int written)
    {
        written = 0;
        var delimiter = encoded.LastIndexOf('-');
        var basics = encoded[..Math.Max(0, delimiter)];
        if (basics.ContainsAnyExceptInRange(0, InitialCodePoint - 1) || !basics.TryCopyTo(destination))
        {
            return false;
        }

        written = basics.Length;
        encoded = encoded[(delimiter + 1)..];
        var (next, index, bias) = (InitialCodePoint, 0, InitialBias);
        while (!encoded.IsEmpty)
        {
            var start = index;
            if (written == destination.Length || !TryReadNumber(ref encoded, bias, ref index))
            {
                return false;
            }

            written++;
            bias = Adapt(index - start, written, isFirst: start == 0);
            next += index / written;
            index %= written;
            if (next > LastCodePoint)
            {
                return false;
            }

            destination[index..(written - 1)].CopyTo(destination[(index + 1)..]);
            destination[index++] = next;
        }

        return true;
    }

    private static int LowestFrom(int limit, ReadOnlySpan<int> label)
    {
        var lowest = int.MaxValue;
        foreach (var codePoint in label)
        {
            lowest = codePoint >= limit ? Math.Min(lowest, codePoint) : lowest;
        }

        return lowest;
    }

    private static bool TryWriteNumber(int number, int bias, Span<byte> destination, ref int written)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Threshold(k, bias);
            if (number < threshold)
            {
                return TryWrite(Digit(number), destination, ref written);
            }

            if (!TryWrite(Digit(threshold + ((number - threshold) % (Base - threshold))), destination, ref written))
            {
                return false;
            }

            number = (number - threshold) / (Base - threshold);
        }
    }

    private static bool TryReadNumber(ref ReadOnlySpan<int> encoded, int bias, ref int number)
    {
        var weight = 1;
        for (var k = Base; !encoded.IsEmpty; k += Base)
        {
            var digit = encoded[0] switch
            {
                >= 'a' and <= 'z' => encoded[0] - 'a',
                >= '0' and <= '9' => encoded[0] - '0' + 26,
                _ => Base,
            };
            encoded = encoded[1..];
            if (digit == Base || digit > (int.MaxValue - number) / weight)
            {
                return false;
            }

            number += digit * weight;
            var threshold = Threshold(k, bias);
            if (digit < threshold)
            {
                return true;
            }

            if (weight > int.MaxValue / (Base - threshold))
            {
                return false;
            }

            weight *= Base - threshold;
        }

        return false;
    }

    private static bool TryWrite(byte octet, Span<byte> destination, ref int written)
    {
        if (written == destination.Length)
        {
            return false;
        }

        destination[written++] = octet;
        return true;
    }

    private static byte Digit(int value) => (byte)(value < 26 ? 'a' + value : '0' + value - 26);

    private static int Threshold(int k, int bias) => Math.Clamp(k - bias, LowestThreshold, HighestThreshold);

    private static int Adapt(int delta, int count, bool isFirst)
    {
        delta /= isFirst ? Damp : 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - LowestThreshold) * HighestThreshold / 2; k += Base)
        {
            delta /= Base - LowestThreshold;
        }

        return k + ((Base - LowestThreshold + 1) * delta / (delta + Skew));
    }
}
