using System.Text;

namespace SmartSink.Smtp.Replies;

/// <summary>
/// Formats a reply: the code on every line, continuation hyphens, CRLF (RFC 5321 section 4.2.1). A line longer than <see
/// cref="MaxLineLength"/> is wrapped, at a space where there is one; trailing spaces are removed. One line is held back until it is known
/// whether another follows. Allocates nothing.
/// </summary>
public ref struct ReplyWriter
{
    /// <summary>The most octets of a reply line, with code and CRLF (RFC 5321 section 4.5.3.1.5).</summary>
    public const int MaxLineLength = 512;

    private const int TextEnd = MaxLineLength - 2;
    private const int CodeEnd = 4;

    private readonly ReplyBuffer _output;
    private readonly Span<byte> _line;
    private readonly ReplyEncoding? _encoding;
    private int _length;
    private int _prefixEnd;

    /// <summary>Starts a reply.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="code">The reply code, 200 to 599.</param>
    /// <param name="line">Working space of <see cref="MaxLineLength"/> octets for the line that is held back.</param>
    /// <param name="encoding">The encoding to write; null for UTF-8. A character that it lacks becomes a question mark.</param>
    /// <exception cref="ArgumentOutOfRangeException">The working space is too small.</exception>
    public ReplyWriter(ReplyBuffer output, int code, Span<byte> line, ReplyEncoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(line.Length, MaxLineLength, nameof(line));
        _output = output;
        _line = line;
        _encoding = encoding;
        line[0] = (byte)('0' + (code / 100));
        line[1] = (byte)('0' + (code / 10 % 10));
        line[2] = (byte)('0' + (code % 10));
    }

    /// <summary>Begins a logical line.</summary>
    /// <param name="prefix">The enhanced code and a space, repeated on every line into which this one is
    /// wrapped (RFC 2034 section 4); empty for none.</param>
    public void BeginLine(scoped ReadOnlySpan<byte> prefix)
    {
        if (_length > 0)
        {
            Emit(_length, (byte)'-');
        }

        prefix.CopyTo(_line[CodeEnd..]);
        _prefixEnd = CodeEnd + prefix.Length;
        _length = _prefixEnd;
    }

    /// <summary>Appends trusted text: whole UTF-8 characters, none of them a control character.</summary>
    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        while (_encoding is not null && bytes.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) is >= 0 and var ascii)
        {
            AppendPlain(bytes[..ascii]);
            Rune.DecodeFromUtf8(bytes[ascii..], out var character, out var length);
            AppendEncoded(character);
            bytes = bytes[(ascii + length)..];
        }

        AppendPlain(bytes);
    }

    /// <summary>Appends untrusted text, such as a client's: control characters and malformed UTF-8 become question marks.</summary>
    public void AppendValue(scoped ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var plain = bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
            if (plain < 0)
            {
                Append(bytes);
                return;
            }

            Append(bytes[..plain]);
            bytes = bytes[plain..];
            Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                Append("?"u8);
            }
            else
            {
                Append(bytes[..length]);
            }

            bytes = bytes[length..];
        }
    }

    /// <summary>Writes the last line. At least one line must have been begun.</summary>
    public void Finish()
    {
        Emit(_length, (byte)' ');
        _length = 0;
    }

    private void AppendEncoded(Rune character)
    {
        if (TextEnd - _length < ReplyEncoding.MaxLength)
        {
            Break();
        }

        _length += _encoding!.Write(character, _line[_length..]);
    }

    private void AppendPlain(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > TextEnd - _length)
        {
            var fit = TextEnd - _length;
            while (fit > 0 && (bytes[fit] & 0xC0) == 0x80)
            {
                fit--;
            }

            bytes[..fit].CopyTo(_line[_length..]);
            _length += fit;
            bytes = bytes[fit..];
            Break();
        }

        bytes.CopyTo(_line[_length..]);
        _length += bytes.Length;
    }

    private void Break()
    {
        var space = _line[_prefixEnd.._length].LastIndexOf((byte)' ');
        if (space <= 0)
        {
            Emit(_length, (byte)'-');
            _length = _prefixEnd;
            return;
        }

        Emit(_prefixEnd + space, (byte)'-');
        var rest = _line[(_prefixEnd + space + 1).._length];
        rest.CopyTo(_line[_prefixEnd..]);
        _length = _prefixEnd + rest.Length;
    }

    private readonly void Emit(int length, byte separator)
    {
        _line[CodeEnd - 1] = separator;
        _output.Write(_line[..length].TrimEnd((byte)' '));
        _output.Write("\r\n"u8);
    }
}
