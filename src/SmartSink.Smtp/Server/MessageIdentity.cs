using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace SmartSink.Smtp.Server;

/// <summary>
/// What identifies a message when it is sent again: its id, read from the header as it passes by, and the recipients for which the id is
/// wanted. Also keeps the header for observers that want to see it, and finds faults of the text for grading senders. Only the start of a
/// message is looked at, and only for one sent with DATA or in a single chunk is it certain to be the same octets. Reused.
/// </summary>
internal sealed class MessageIdentity
{
    /// <summary>The octets of the line with only a dot.</summary>
    private const int EndMark = 3;

    /// <summary>How many octets of a message are looked at, at most.</summary>
    public const int Window = 8 * 1024;

    /// <summary>
    /// The longest line in octets, without its CRLF (RFC 5322 section 2.1.1); a longer id does not fit on one, and is ignored.
    /// </summary>
    private const int LongestLine = 998;

    private readonly List<(int Index, int Entry)> _recipients = [];
    private MailboxList _mailboxes = new();
    private KeptBytes _id;
    private KeptBytes _run;
    private KeptBytes _returnedId;
    private KeptBytes _returnedRun;

    // While reading, what was received; afterwards the whole header, if it is kept. From the pool.
    private byte[]? _header;
    private int _length;

    /// <summary>Whether more octets are needed: of the header, or of the whole message.</summary>
    public bool IsReading { get; private set; }

    public ReadOnlySpan<byte> Id => _id.Value;

    /// <summary>As in <see cref="MessageFacts.Run"/>.</summary>
    public ReadOnlySpan<byte> Run => _run.Value;

    /// <summary>As in <see cref="MessageFacts.ReturnedId"/>.</summary>
    public ReadOnlySpan<byte> ReturnedId => _returnedId.Value;

    /// <summary>As in <see cref="MessageFacts.ReturnedRun"/>.</summary>
    public ReadOnlySpan<byte> ReturnedRun => _returnedRun.Value;

    /// <summary>The faults of the text, once it has been looked at, regardless of what MAIL announced.</summary>
    public ProtocolFaults Faults { get; private set; }

    /// <summary>Whether everything that <see cref="MessageDetails.Identity"/> stands for is wanted.</summary>
    public bool LooksAtAll { get; set; }

    /// <summary>Whether the identity of the returned message is wanted, too.</summary>
    public bool LooksForReturned { get; set; }

    /// <summary>Whether the header is kept until the end of the transaction.</summary>
    public bool KeepsHeader { get; set; }

    /// <summary>The header, once it is complete, if it is kept.</summary>
    public ReadOnlySpan<byte> Header => IsReading ? default : _header.AsSpan(0, _length);

    public int Count => _recipients.Count;

    /// <summary>Adds an accepted recipient. Indexes must be ascending.</summary>
    public void Want(int index, int entry, ReadOnlySpan<byte> mailbox)
    {
        _mailboxes.Add(mailbox);
        _recipients.Add((index, entry));
    }

    public ReadOnlySpan<byte> Recipient(int number, out int entry)
    {
        entry = _recipients[number].Entry;
        return _mailboxes[number];
    }

    /// <summary>The number of the recipient with this index; -1 for none.</summary>
    public int Find(int index)
    {
        var number = CollectionsMarshal.AsSpan(_recipients).BinarySearch(new ByIndex(index));
        return number < 0 ? -1 : number;
    }

    public void Begin()
    {
        IsReading = Count > 0 || KeepsHeader || LooksAtAll;
        ForgetIds();
    }

    public void Read(ReadOnlySpan<byte> octets, bool isLast, bool hasMark)
    {
        var room = Window - _length;
        if (_header is null && LooksAtAll && (isLast || octets.Length >= room))
        {
            octets = isLast && hasMark ? octets[..^EndMark] : octets;
            Look(octets[..Math.Min(octets.Length, room)], isWhole: octets.Length <= room);
            return;
        }

        octets = octets[..Math.Min(octets.Length, room)];
        if (_header is null && !LooksAtAll && HeaderLength(octets) is >= 0 and var whole)
        {
            Finish(octets[..whole], isWhole: true);
            return;
        }

        _header ??= ArrayPool<byte>.Shared.Rent(Window);
        var before = _length;
        octets.CopyTo(_header.AsSpan(before));
        _length += octets.Length;
        if (LooksAtAll)
        {
            if (_length == Window)
            {
                Look(_header.AsSpan(0, Window), isWhole: false);
            }

            return;
        }

        // The end of the header may straddle the boundary of two inputs.
        var from = Math.Max(0, before - 3);
        if ((from == 0 ? HeaderLength(_header.AsSpan(0, _length)) : HeaderLength(_header.AsSpan(from, _length - from), from)) is >= 0 and var length)
        {
            Finish(_header.AsSpan(0, length), isWhole: true);
        }
        else if (_length == Window)
        {
            Finish(_header.AsSpan(0, Window), isWhole: false);
        }
    }

    /// <summary>Ends reading: nothing more of the header comes.</summary>
    /// <param name="hasMark">Whether the last octets were the final dot of the data.</param>
    public void EndReading(bool hasMark)
    {
        if (IsReading)
        {
            var came = _header.AsSpan(0, hasMark ? Math.Max(0, _length - EndMark) : _length);
            if (LooksAtAll)
            {
                Look(came, isWhole: true);
            }
            else
            {
                Finish(came, isWhole: true);
            }
        }
    }

    public void Clear()
    {
        IsReading = false;
        Release();
        ForgetIds();
        _recipients.Clear();
        _mailboxes.Clear();
        KeepsHeader = LooksAtAll = LooksForReturned = false;
    }

    private void ForgetIds()
    {
        Faults = ProtocolFaults.None;
        _id.Clear();
        _run.Clear();
        _returnedId.Clear();
        _returnedRun.Clear();
    }

    /// <summary>
    /// The length of the header including the CRLF of its last field, without the empty line; -1 when that has not come yet.
    /// </summary>
    private static int HeaderLength(ReadOnlySpan<byte> octets) => octets.StartsWith("\r\n"u8) ? 0 : HeaderLength(octets, from: 0);

    private static int HeaderLength(ReadOnlySpan<byte> octets, int from)
    {
        var end = octets.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : from + end + 2;
    }

    // Looks at the start of a message, or all of it: the header, what it returns, and the faults of the text.
    private void Look(ReadOnlySpan<byte> text, bool isWhole)
    {
        Faults = FaultsOf(text);
        var length = HeaderLength(text) is >= 0 and var whole ? whole : text.Length;
        if (LooksForReturned)
        {
            ReadReturned(text[..length], text[length..], isWhole);
        }

        Finish(text[..length], isWhole || length < text.Length);
    }

    private void Finish(ReadOnlySpan<byte> header, bool isWhole)
    {
        IsReading = false;
        if (KeepsHeader)
        {
            _header ??= ArrayPool<byte>.Shared.Rent(Window);
            header.CopyTo(_header);
            _length = header.Length;
        }

        ReadIds(header, isWhole, ref _id, ref _run);
        if (_id.Value.IsEmpty)
        {
            _id.Set(_run.Value);
        }

        if (!KeepsHeader)
        {
            Release();
        }
    }

    // Reads the first valid id and the first valid run. The run stands in for a missing id; with LooksAtAll both are wanted.
    private void ReadIds(ReadOnlySpan<byte> header, bool isWhole, ref KeptBytes id, ref KeptBytes run)
    {
        while ((id.Value.IsEmpty || (LooksAtAll && run.Value.IsEmpty)) && FieldLength(header, isWhole) is > 0 and var length)
        {
            var field = header[..length];
            header = header[length..];
            if (id.Value.IsEmpty && TryValue(field, "Message-ID"u8, out var value))
            {
                TryKeep(IdIn(value), ref id);
            }
            else if (run.Value.IsEmpty && TryValue(field, "X-SmartSink-Run"u8, out value))
            {
                TryKeep(value, ref run);
            }
        }
    }

    // A bounce contains the header of the returned message, or all of it, after a text of its own, each line unchanged; some also name its
    // id as the last one in their own References.
    private void ReadReturned(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, bool isWhole)
    {
        ReadIds(body, isWhole, ref _returnedId, ref _returnedRun);
        for (var rest = header; _returnedId.Value.IsEmpty && FieldLength(rest, isWhole: true) is > 0 and var length; rest = rest[length..])
        {
            if (TryValue(rest[..length], "References"u8, out var value) && value.LastIndexOf((byte)'<') is >= 0 and var last)
            {
                TryKeep(IdIn(value[last..]), ref _returnedId);
            }
        }
    }

    // The value of the field with this name, which may be followed by white space (RFC 5322 section 4.5).
    private static bool TryValue(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (field.Length <= name.Length || !Ascii.EqualsIgnoreCase(field[..name.Length], name))
        {
            return false;
        }

        var rest = field[name.Length..].TrimStart(" \t"u8);
        value = rest is [(byte)':', ..] ? rest[1..] : default;
        return rest is [(byte)':', ..];
    }

    // RFC 5321 sections 2.3.8 and 4.5.3.1.6, RFC 6152; a final CR may be half of a line end.
    private static ProtocolFaults FaultsOf(ReadOnlySpan<byte> text)
    {
        text = text is [.., (byte)'\r'] ? text[..^1] : text;
        return (Ascii.IsValid(text) ? ProtocolFaults.None : ProtocolFaults.EightBitUnannounced)
            | (HasBareEnd(text) ? ProtocolFaults.BareLineEnd : ProtocolFaults.None)
            | (HasLongLine(text) ? ProtocolFaults.LongLine : ProtocolFaults.None);
    }

    // Whether there is an LF without a CR before it, or a CR without an LF after it.
    private static bool HasBareEnd(ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'\n', ..])
        {
            return true;
        }

        var at = 0;
        var unlike = Vector<byte>.Zero;
        ref var first = ref MemoryMarshal.GetReference(text);
        for (; at + Vector<byte>.Count < text.Length; at += Vector<byte>.Count)
        {
            unlike |= Vector.Equals(Vector.LoadUnsafe(ref first, (nuint)at), new Vector<byte>((byte)'\r'))
                ^ Vector.Equals(Vector.LoadUnsafe(ref first, (nuint)at + 1), new Vector<byte>((byte)'\n'));
        }

        if (unlike != Vector<byte>.Zero)
        {
            return true;
        }

        for (; at + 1 < text.Length; at++)
        {
            if ((text[at] == '\r') != (text[at + 1] == '\n'))
            {
                return true;
            }
        }

        return text is [.., (byte)'\r'];
    }

    // Jumps from line end to line end, each the last one within the length limit of a line.
    private static bool HasLongLine(ReadOnlySpan<byte> text)
    {
        while (text.Length > LongestLine)
        {
            var end = text[..Math.Min(text.Length, LongestLine + 2)].LastIndexOf("\r\n"u8);
            if (end < 0)
            {
                return true;
            }

            text = text[(end + 2)..];
        }

        return false;
    }

    /// <summary>
    /// The length of a field with its folded lines and its CRLF (RFC 5322 section 2.2.3); 0 when there is no complete field.
    /// </summary>
    private static int FieldLength(ReadOnlySpan<byte> header, bool isWhole)
    {
        for (var length = 0; ;)
        {
            var end = header[length..].IndexOf("\r\n"u8);
            if (end < 0)
            {
                return isWhole ? header.Length : 0;
            }

            length += end + 2;
            if (length == header.Length)
            {
                return isWhole ? length : 0;
            }

            if (header[length] is not ((byte)' ' or (byte)'\t'))
            {
                return length;
            }
        }
    }

    private static ReadOnlySpan<byte> IdIn(ReadOnlySpan<byte> value)
    {
        var start = value.IndexOf((byte)'<') + 1;
        var end = value[start..].IndexOf((byte)'>');
        return start > 0 && end >= 0 ? value.Slice(start, end) : value;
    }

    /// <summary>Keeps an id without its white space, unless the rest is too long or contains characters that no id has.</summary>
    private static void TryKeep(ReadOnlySpan<byte> text, ref KeptBytes kept)
    {
        Span<byte> id = stackalloc byte[LongestLine];
        var length = 0;
        foreach (var octet in text)
        {
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (length == LongestLine || octet is < 0x20 or 0x7f)
            {
                return;
            }

            id[length++] = octet;
        }

        kept.Set(id[..length]);
    }

    private void Release()
    {
        if (_header is not null)
        {
            ArrayPool<byte>.Shared.Return(_header);
            _header = null;
        }

        _length = 0;
    }

    private readonly struct ByIndex(int index) : IComparable<(int Index, int Entry)>
    {
        public int CompareTo((int Index, int Entry) other) => index.CompareTo(other.Index);
    }
}

/// <summary>Mailboxes, one after another in a single array.</summary>
internal struct MailboxList()
{
    /// <summary>How many octets of memory are kept after a transaction.</summary>
    private const int Kept = 1024;

    private readonly List<int> _ends = [];
    private byte[] _octets = new byte[64];

    public readonly int Count => _ends.Count;

    public readonly ReadOnlySpan<byte> this[int number] => _octets.AsSpan((number == 0 ? 0 : _ends[number - 1]).._ends[number]);

    public void Add(ReadOnlySpan<byte> mailbox)
    {
        var start = Count == 0 ? 0 : _ends[^1];
        var end = start + mailbox.Length;
        if (end > _octets.Length)
        {
            Array.Resize(ref _octets, Math.Max(end, _octets.Length * 2));
        }

        mailbox.CopyTo(_octets.AsSpan(start));
        _ends.Add(end);
    }

    public void Clear()
    {
        _ends.Clear();
        if (_octets.Length > Kept)
        {
            _octets = new byte[Kept];
        }
    }
}
