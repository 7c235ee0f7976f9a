using System.Buffers.Text;
using System.Text;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Messages;

/// <summary>Writes the headers of generated messages. A field that the options give stands in the place of the generated one of its name.</summary>
internal sealed class MessageHeader
{
    private const int MaxDigits = 20;

    private readonly GeneratedField[] _fields;
    private readonly DateText _date;
    private readonly byte[] _run;
    private readonly byte[] _last;

    public MessageHeader(TrafficOptions options, TimeProvider clock)
    {
        var given = options.Headers.Select(field => field[..field.IndexOf(':')]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _fields = [.. Enum.GetValues<GeneratedField>().Where(field => !given.Contains(field == GeneratedField.MessageId ? "Message-ID" : field.ToString()))];
        _date = new DateText(clock);
        _run = Encoding.ASCII.GetBytes(options.RunId);
        string[] fixedFields = ["MIME-Version: 1.0", $"Content-Type: text/plain; charset={(options.SmtpUtf8 ? "utf-8" : "us-ascii")}"];
        var fields = fixedFields.Where(field => !given.Contains(field[..field.IndexOf(':')])).Concat(options.Headers.Select(field => options.SmtpUtf8 || !EncodedWords.TryWrite(field, out var encoded) ? field : encoded));
        _last = Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => field + "\r\n")) + "\r\n");
    }

    private enum GeneratedField
    {
        From,
        To,
        Subject,
        Date,
        MessageId,
    }

    /// <summary>Writes one, with the empty line behind it.</summary>
    /// <param name="number">The message's number.</param>
    /// <param name="envelope">Its sender and recipients.</param>
    /// <param name="header">Where to; what stands there goes.</param>
    public void Write(long number, Envelope envelope, ReplyBuffer header)
    {
        header.Clear();
        foreach (var field in _fields)
        {
            Write(field, number, envelope, header);
        }

        header.Write("X-SmartSink-Run: "u8);
        header.Write(_run);
        header.Write((byte)'/');
        WriteNumber(number, header);
        header.Write("\r\n"u8);
        header.Write(_last);
    }

    private void Write(GeneratedField field, long number, Envelope envelope, ReplyBuffer header)
    {
        switch (field)
        {
            case GeneratedField.From:
                header.Write("From: <"u8);
                header.Write(envelope.Sender);
                header.Write(">\r\n"u8);
                break;
            case GeneratedField.To:
                WriteTo(envelope, header);
                break;
            case GeneratedField.Subject:
                header.Write("Subject: Message "u8);
                WriteNumber(number, header);
                header.Write(" of run "u8);
                header.Write(_run);
                header.Write("\r\n"u8);
                break;
            case GeneratedField.Date:
                header.Write("Date: "u8);
                header.Write(_date.Now());
                header.Write("\r\n"u8);
                break;
            case GeneratedField.MessageId:
                header.Write("Message-ID: <"u8);
                header.Write(_run);
                header.Write((byte)'.');
                WriteNumber(number, header);
                header.Write(envelope.Sender[envelope.Sender.IndexOf((byte)'@')..]);
                header.Write(">\r\n"u8);
                break;
        }
    }

    private static void WriteTo(Envelope envelope, ReplyBuffer header)
    {
        header.Write("To: "u8);
        for (var index = 0; index < envelope.RecipientCount; index++)
        {
            header.Write(index == 0 ? "<"u8 : ",\r\n <"u8);
            header.Write(envelope.Recipient(index));
            header.Write((byte)'>');
        }

        header.Write("\r\n"u8);
    }

    private static void WriteNumber(long number, ReplyBuffer output)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(MaxDigits), out var written);
        output.Advance(written);
    }
}

/// <summary>The present date and time as RFC 5322 section 3.3 writes it, in UTC; formatted once a second.</summary>
internal sealed class DateText(TimeProvider clock)
{
    private Entry _last = new(-1, []);

    /// <summary>The text, for any thread.</summary>
    public ReadOnlySpan<byte> Now()
    {
        var now = clock.GetUtcNow();
        var second = now.Ticks / TimeSpan.TicksPerSecond;
        var last = _last;
        if (last.Second != second)
        {
            _last = last = new Entry(second, Encoding.ASCII.GetBytes(now.ToString("ddd, dd MMM yyyy HH:mm:ss +0000")));
        }

        return last.Text;
    }

    private sealed record Entry(long Second, byte[] Text);
}
