using System.Buffers.Text;
using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Messages;

/// <summary>Makes messages. One for a run, used by all its workers; the message of a number is always the same but for its date.</summary>
internal sealed class MessageGenerator
{
    private const int Users = 1_000_000;

    private readonly WholeMessage[]? _whole;
    private readonly RecipientList? _list;
    private readonly ulong _seed;
    private readonly bool _endOfData;
    private readonly bool _eightBit;
    private readonly int _recipients;
    private readonly WeightedDraw _domainDraw;
    private readonly SizeDraw _sizes;
    private readonly TextPool _texts;
    private readonly MessageHeader _header;
    private readonly byte[][] _domains;
    private readonly byte[]? _senderDomain;
    private readonly byte[] _user;
    private readonly byte[] _sender;
    private readonly bool _verp;
    private readonly double _tempFail;
    private readonly double _permFail;

    /// <summary>Prepares what all messages share.</summary>
    /// <exception cref="TrafficException">A file cannot be read or holds no message.</exception>
    public MessageGenerator(TrafficOptions options, TimeProvider clock)
    {
        _whole = WholeMessage.Read(options);
        _list = RecipientList.Of(options);
        _seed = options.Seed;
        _endOfData = options.UsesData;
        _eightBit = options.SmtpUtf8;
        _recipients = options.RecipientsPerMessage;
        _domainDraw = new WeightedDraw(options.Domains.Select(domain => domain.Weight));
        _sizes = new SizeDraw(options);
        _texts = new TextPool(options.Seed);
        _header = new MessageHeader(options, clock);
        var suffix = options.SuffixWithDot;
        _domains = [.. options.Domains.Select(domain => Encoding.UTF8.GetBytes("@" + domain.Name + suffix))];
        _senderDomain = options.SenderDomain is { } sender ? Encoding.UTF8.GetBytes("@" + sender + suffix) : null;
        _user = Encoding.UTF8.GetBytes(options.SmtpUtf8 ? "üser-" : "user-");
        _verp = options.UsesVerp;
        _sender = Encoding.ASCII.GetBytes(_verp ? $"noreply+{options.RunId}/" : "noreply");
        _tempFail = options.TempFailPercent / 100;
        _permFail = _tempFail + (options.PermFailPercent / 100);
    }

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private static ReadOnlySpan<byte> LineEndAfterLetter => "e\r\n"u8;

    /// <summary>A domain that a worker may greet with, suffix and all.</summary>
    /// <param name="worker">The worker's number.</param>
    public ReadOnlySpan<byte> GreetingName(int worker) => (_senderDomain ?? _domains[worker % _domains.Length]).AsSpan(1);

    /// <summary>Makes a message.</summary>
    /// <param name="number">Its number, from 0 on.</param>
    /// <param name="draft">Where to.</param>
    public void Make(long number, Draft draft)
    {
        var random = new RandomStream(_seed, number);
        draft.Number = number;
        Address(ref random, number, draft);
        if (_whole is not null)
        {
            draft.Whole = _whole[(int)(number % _whole.Length)];
            draft.Envelope.Size = draft.Whole.Size;
            draft.Envelope.EightBit = draft.Whole.EightBit;
            return;
        }

        _header.Write(number, draft.Envelope, draft.Header);
        var size = _sizes.Draw(ref random);
        draft.TextStart = _texts.DrawStart(ref random);
        draft.TextLength = Math.Max(size - LineEnd.Length, 0);
        draft.TextEnd = size == 0 ? TextEnd.None : TextEnd.Line;
        if (draft.TextLength > 0 && _texts.CutsLineEnd(draft.TextStart, draft.TextLength))
        {
            draft.TextLength--;
            draft.TextEnd = TextEnd.LetterAndLine;
        }

        draft.Envelope.Size = draft.Header.Length + draft.TextLength + (int)draft.TextEnd;
        draft.Envelope.EightBit = _eightBit;
    }

    /// <summary>The parts of a message's text; what follows the last is up to <see cref="WriteEnd"/>.</summary>
    /// <param name="draft">The message.</param>
    /// <param name="sent">How many octets of the text have gone before.</param>
    /// <param name="most">How many are wanted at most.</param>
    public ReadOnlyMemory<byte> Text(Draft draft, int sent, int most) =>
        _texts.From(_texts.After(draft.TextStart, sent), Math.Min(most, draft.TextLength - sent));

    /// <summary>Writes what ends a message after its text: the last line's end, and the end of data if DATA is used.</summary>
    public void WriteEnd(Draft draft, ReplyBuffer output)
    {
        output.Write(LineEndAfterLetter[^(int)draft.TextEnd..]);
        if (_endOfData)
        {
            output.Write(".\r\n"u8);
        }
    }

    private void Address(ref RandomStream random, long number, Draft draft)
    {
        Span<byte> address = stackalloc byte[512];
        var domain = _senderDomain ?? _domains[_domainDraw.Draw(ref random)];
        _sender.CopyTo(address);
        var local = _sender.Length;
        if (_verp)
        {
            Utf8Formatter.TryFormat(number, address[local..], out var digits);
            local += digits;
        }

        domain.CopyTo(address[local..]);
        draft.Begin(address[..(local + domain.Length)]);
        for (var count = 0; count < _recipients; count++)
        {
            if (_list is not null)
            {
                var (recipient, listed) = _list[(number * _recipients) + count];
                draft.Add(recipient, listed);
                continue;
            }

            var index = _domainDraw.Draw(ref random);
            draft.Add(address[..WriteRecipient(ref random, _domains[index], address)], index);
        }
    }

    private int WriteRecipient(ref RandomStream random, ReadOnlySpan<byte> domain, Span<byte> address)
    {
        var chance = random.NextDouble();
        var user = chance < _tempFail ? "tempfail-"u8 : chance < _permFail ? "permfail-"u8 : _user;
        user.CopyTo(address);
        Utf8Formatter.TryFormat(random.Next(Users), address[user.Length..], out var digits);
        domain.CopyTo(address[(user.Length + digits)..]);
        return user.Length + digits + domain.Length;
    }
}

/// <summary>Recipients that were listed, taken in turn.</summary>
internal sealed class RecipientList
{
    private readonly (byte[] Address, int Domain)[] _recipients;

    private RecipientList((byte[] Address, int Domain)[] recipients) => _recipients = recipients;

    /// <summary>A recipient of the run, from 0 on, with the index of its domain; after the last comes the first.</summary>
    public (byte[] Address, int Domain) this[long number] => _recipients[number % _recipients.Length];

    /// <summary>Those of the options with the suffix behind them; null when none are listed.</summary>
    public static RecipientList? Of(TrafficOptions options)
    {
        if (options.Recipients.Count == 0)
        {
            return null;
        }

        var domains = options.Domains.Select((domain, index) => (domain.Name, index)).ToDictionary(StringComparer.Ordinal);
        return new RecipientList(
        [
            .. options.Recipients.Select(recipient =>
                (Encoding.UTF8.GetBytes($"{recipient.LocalPart}@{recipient.Written}{options.SuffixWithDot}"), domains[recipient.Domain])),
        ]);
    }
}

/// <summary>
/// Words in lines, made once by the seed; a message's text is a part of it that begins at one of the lines and goes round as often as
/// its size needs. No line starts with a dot, so the text is the same with and without dot-stuffing.
/// </summary>
internal sealed class TextPool
{
    /// <summary>Small enough to stay in the processor's cache.</summary>
    private const int Size = 128 * 1024;

    private const int LineLength = 76;
    private const int LongestWord = 10;

    private readonly byte[] _text;
    private readonly int[] _lines;

    public TextPool(ulong seed)
    {
        var random = new RandomStream(seed, -1);
        var text = new ReplyBuffer(Size + LineLength);
        var lines = new List<int>();
        while (text.Length < Size)
        {
            lines.Add(text.Length);
            WriteLine(ref random, text);
        }

        _text = text.Pending.ToArray();
        _lines = [.. lines];
    }

    /// <summary>Draws the place where a message's text begins.</summary>
    public int DrawStart(ref RandomStream random) => _lines[random.Next(_lines.Length)];

    /// <summary>The text from a place on, as far as it goes without a break.</summary>
    public ReadOnlyMemory<byte> From(int place, int most) => _text.AsMemory(place, Math.Min(most, _text.Length - place));

    /// <summary>The place after a part of the text.</summary>
    public int After(int place, int taken) => (place + taken) % _text.Length;

    /// <summary>Whether a text of that length would end between CR and LF.</summary>
    public bool CutsLineEnd(int place, int length) => _text[After(place, length - 1)] == '\r';

    private static void WriteLine(ref RandomStream random, ReplyBuffer text)
    {
        var end = text.Length + LineLength - LongestWord;
        while (true)
        {
            for (var letters = 2 + random.Next(LongestWord - 2); letters > 0; letters--)
            {
                text.Write((byte)('a' + random.Next(26)));
            }

            if (text.Length >= end)
            {
                text.Write("\r\n"u8);
                return;
            }

            text.Write((byte)' ');
        }
    }
}
