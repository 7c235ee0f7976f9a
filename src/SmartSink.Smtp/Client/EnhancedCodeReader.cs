using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <summary>Reads the enhanced status code at the start of a reply line's text (RFC 2034 section 4), an octet at a time.</summary>
internal struct EnhancedCodeReader
{
    // How many numbers are begun; None when the text starts with something else.
    private const int None = 4;
    private const int Done = 5;

    private int _part;
    private int _digits;
    private int _class;
    private int _subject;
    private int _detail;

    /// <summary>The code, after <see cref="End"/>.</summary>
    public readonly EnhancedStatusCode Code => _part == Done ? new EnhancedStatusCode((byte)_class, (ushort)_subject, (ushort)_detail) : default;

    /// <summary>Takes the next octets of the text, without the LF.</summary>
    public void Take(ReadOnlySpan<byte> text)
    {
        for (var index = 0; index < text.Length && _part < None; index++)
        {
            Step(text[index]);
        }
    }

    /// <summary>The line is over: a code of another class than the reply's is none.</summary>
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
