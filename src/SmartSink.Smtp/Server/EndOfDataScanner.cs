namespace SmartSink.Smtp.Server;

/// <summary>
/// Finds the end of a message's data and counts its octets; keeps nothing of it. Only CRLF.CRLF ends the data (RFC 5321
/// section 4.1.1.4): a bare CR or LF beside a dot is data, so no two servers can disagree about where a message ends. Can
/// resume after any octet: its whole state is this value.
/// </summary>
internal struct EndOfDataScanner
{
    // How much of CRLF . CRLF the last octets match. The default is in the middle of a line; a message starts at the start of a line.
    private Match _match;

    private enum Match : byte
    {
        None,
        Cr,
        LineStart,
        Dot,
        DotCr,
    }

    /// <summary>The message's size so far in octets, not counting stuffed dots and the end of data (RFC 1870 section 5).</summary>
    public long Size { get; private set; }

    /// <summary>A scanner for a new message: the CRLF of the DATA command counts as the one before its first line.</summary>
    public static EndOfDataScanner Start() => new() { _match = Match.LineStart };

    /// <summary>Scans the next part.</summary>
    /// <param name="input">The next octets.</param>
    /// <param name="consumed">How many of them belong to the message and its end; all of them unless the end was found.</param>
    /// <returns>Whether the end was found.</returns>
    public bool Scan(ReadOnlySpan<byte> input, out int consumed)
    {
        var position = 0;
        while (position < input.Length)
        {
            if (_match == Match.None)
            {
                position = ScanLines(input, position);
            }
            else if (Step(input[position++]))
            {
                consumed = position;
                return true;
            }
        }

        consumed = input.Length;
        return false;
    }

    // In the middle of a line: skips to the next line that starts with a dot, or to the end of the input.
    private int ScanLines(ReadOnlySpan<byte> input, int position)
    {
        var rest = input[position..];
        var found = rest.IndexOf("\r\n."u8);
        if (found < 0)
        {
            Size += rest.Length;
            _match = rest[^1] == '\r' ? Match.Cr : rest.EndsWith("\r\n"u8) ? Match.LineStart : Match.None;
            return input.Length;
        }

        Size += found + 2;
        _match = Match.Dot;
        return position + found + 3;
    }

    private bool Step(byte octet)
    {
        switch (_match)
        {
            case Match.Cr when octet == '\n':
                Size++;
                _match = Match.LineStart;
                return false;
            case Match.LineStart when octet == '.':
                _match = Match.Dot;
                return false;
            case Match.Dot when octet == '\r':
                _match = Match.DotCr;
                return false;
            case Match.DotCr when octet == '\n':
                return true;
            case Match.DotCr:
                Size++; // the CR that was held back was data after all
                break;
        }

        Size++;
        _match = octet == '\r' ? Match.Cr : Match.None;
        return false;
    }
}
