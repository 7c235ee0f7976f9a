using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <summary>
/// Reads replies from octets split anywhere (RFC 5321 section 4.2). A line may end with a bare LF; all lines must have the same code. Keeps
/// no text itself: its whole state is this value. The length of lines and replies is bounded.
/// </summary>
internal struct ReplyParser
{
    /// <summary>The longest line in octets: four times what RFC 5321 section 4.5.3.1.5 allows.</summary>
    public const int MaxLineLength = 2048;

    /// <summary>The longest reply in octets.</summary>
    public const int MaxReplyLength = 64 * 1024;

    private const int LeastRefusal = 400;
    private const int Separator = 3;
    private const int Text = 4;

    private int _length;
    private int _lineLength;
    private int _place;
    private int _lineCode;
    private int _code;
    private bool _continues;
    private EnhancedCodeReader _enhanced;

    /// <summary>The reply: valid from when <see cref="Parse"/> reports it complete until the next call.</summary>
    public readonly ClientReply Reply => new(_code, _enhanced.Code);

    /// <summary>Parses the next part.</summary>
    /// <param name="input">The next octets.</param>
    /// <param name="keywords">Receives the text of the lines; null when it is not needed.</param>
    /// <param name="refusal">Receives the text of a reply whose code is 400 or above, and is emptied
    /// for each reply; null when it is not needed.</param>
    /// <param name="consumed">How many octets belong to this reply.</param>
    public ReplyParseStatus Parse(ReadOnlySpan<byte> input, EhloReader? keywords, RefusalText? refusal, out int consumed)
    {
        if (_length == 0 && _place == 0)
        {
            refusal?.Clear();
        }

        for (consumed = 0; consumed < input.Length;)
        {
            if (_place == Text)
            {
                if (!TakeText(input[consumed..], keywords, _lineCode >= LeastRefusal ? refusal : null, out var taken))
                {
                    return ReplyParseStatus.Malformed;
                }

                consumed += taken;
            }
            else if (!Step(input[consumed++]))
            {
                return ReplyParseStatus.Malformed;
            }

            if (_place == Text + 1)
            {
                keywords?.EndLine();
                if (_lineCode >= LeastRefusal)
                {
                    refusal?.EndLine(_continues);
                }

                if (!EndLine())
                {
                    return ReplyParseStatus.Malformed;
                }

                if (!_continues)
                {
                    _length = 0;
                    return ReplyParseStatus.Complete;
                }
            }
        }

        return ReplyParseStatus.Incomplete;
    }

    // The three digits and the separator.
    private bool Step(byte octet)
    {
        if (_place == 0)
        {
            _lineLength = 0;
            _lineCode = 0;
            _enhanced = default;
        }

        _lineLength++;
        if (_place < Separator)
        {
            _lineCode = (_lineCode * 10) + octet - '0';
            return octet is >= (byte)'0' and <= (byte)'9' && (++_place > 1 || octet is >= (byte)'2' and <= (byte)'5');
        }

        // A code alone is a line too: RFC 5321 section 4.2 requires clients to accept it.
        _continues = octet == '-';
        _place = octet switch
        {
            (byte)'-' or (byte)' ' => Text,
            (byte)'\n' => Text + 1,
            (byte)'\r' => Text,
            _ => -1,
        };
        return _place > 0;
    }

    private bool TakeText(ReadOnlySpan<byte> input, EhloReader? keywords, RefusalText? refusal, out int taken)
    {
        var end = input.IndexOf((byte)'\n');
        taken = end < 0 ? input.Length : end + 1;
        _lineLength += taken;
        var text = end < 0 ? input : input[..end];
        _enhanced.Take(text);
        keywords?.Take(text);
        refusal?.Take(text);
        _place = end < 0 ? Text : Text + 1;
        return _lineLength <= MaxLineLength;
    }

    private bool EndLine()
    {
        var first = _length == 0;
        _length += _lineLength;
        _place = 0;
        if (!first && _lineCode != _code)
        {
            return false;
        }

        _code = _lineCode;
        _enhanced.End(_code / 100);
        return _length <= MaxReplyLength;
    }
}

internal enum ReplyParseStatus
{
    Incomplete,
    Complete,
    Malformed,
}

/// <summary>Reads the enhanced status code at the start of a reply line's text (RFC 2034 section 4), an octet at a time.</summary>
internal struct EnhancedCodeReader
{
    // How many of the numbers have begun; None when the text does not start with a code.
    private const int None = 4;
    private const int Done = 5;

    private int _part;
    private int _digits;
    private int _class;
    private int _subject;
    private int _detail;

    public readonly EnhancedStatusCode Code => _part == Done ? new EnhancedStatusCode((byte)_class, (ushort)_subject, (ushort)_detail) : default;

    public void Take(ReadOnlySpan<byte> text)
    {
        for (var index = 0; index < text.Length && _part < None; index++)
        {
            Step(text[index]);
        }
    }

    /// <summary>Ends the line: a code whose class differs from the reply's is ignored.</summary>
    public void End(int replyClass)
    {
        Finish();
        if (_class != replyClass)
        {
            _part = None;
        }
    }

    private void Step(byte octet)
    {
        if (octet is >= (byte)'0' and <= (byte)'9' && _digits < 3)
        {
            ref var number = ref _part == 0 ? ref _class : ref _part == 1 ? ref _subject : ref _detail;
            number = (number * 10) + octet - '0';
            _digits++;
        }
        else if (octet == '.' && _digits > 0 && _part < 2 && (_part > 0 || _digits == 1))
        {
            _part++;
            _digits = 0;
        }
        else if (octet is (byte)' ' or (byte)'\r')
        {
            Finish();
        }
        else
        {
            _part = None;
        }
    }

    private void Finish()
    {
        if (_part < None)
        {
            _part = _part == 2 && _digits > 0 ? Done : None;
        }
    }
}
