using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace SmartSink.Smtp.Server;

/// <summary>
/// By what a message is known again when it comes once more: its id, read from the header as it passes by, and the recipients for whom that is
/// wanted. The header itself is kept for whoever wants to see it. Only the beginning of a header is looked at, and only of a message sent by DATA or in one chunk is it certain to be the same octets.
/// Used again and again.
/// </summary>
internal sealed class MessageIdentity
{
    /// <summary>Octets of the line with the dot alone.</summary>
    private const int EndMark = 3;

    /// <summary>How much of a header is looked at, in octets.</summary>
    public const int Window = 8 * 1024;

    /// <summary>A longer one does not fit on a line (RFC 5322 section 2.1.1), and is none.</summary>
    private const int LongestId = 998;

    private readonly List<(int Index, int Entry)> _recipients = [];
    private MailboxList _mailboxes = new();
    private KeptBytes _id;

    // As long as the header has not ended, what came of it, and behind its end the whole of it if it is kept; from the pool.
    private byte[]? _header;
    private int _length;

    /// <summary>Whether the header goes on.</summary>
    public bool IsReading { get; private set; }

    public ReadOnlySpan<byte> Id => _id.Value;

    /// <summary>Whether the header is kept to the end of the transaction.</summary>
    public bool KeepsHeader { get; set; }

    /// <summary>The header that is kept, once it has ended.</summary>
    public ReadOnlySpan<byte> Header => IsReading ? default : _header.AsSpan(0, _length);

    public int Count => _recipients.Count;

    /// <summary>Adds an accepted recipient. Indexes only grow.</summary>
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

    /// <summary>The number of the recipient with an index; -1 for none.</summary>
    public int Find(int index)
    {
        var number = CollectionsMarshal.AsSpan(_recipients).BinarySearch(new ByIndex(index));
        return number < 0 ? -1 : number;
    }

    public void Begin()
    {
        IsReading = Count > 0 || KeepsHeader;
        _id.Set(default);
    }

    public void Read(ReadOnlySpan<byte> octets)
    {
        octets = octets[..Math.Min(octets.Length, Window - _length)];
        if (_header is null && HeaderLength(octets) is >= 0 and var whole)
        {
            Finish(octets[..whole], isWhole: true);
            return;
        }

        _header ??= ArrayPool<byte>.Shared.Rent(Window);
        var before = _length;
        octets.CopyTo(_header.AsSpan(before));
        _length += octets.Length;

        // The end may lie across the seam.
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

    /// <summary>Nothing of the header comes any more.</summary>
    /// <param name="hasMark">Whether the mark of the end of data is the last that came.</param>
    public void EndReading(bool hasMark)
    {
        if (IsReading)
        {
            Finish(_header.AsSpan(0, hasMark ? Math.Max(0, _length - EndMark) : _length), isWhole: true);
        }
    }

    public void Clear()
    {
        IsReading = false;
        Release();
        _id.Set(default);
        _recipients.Clear();
        _mailboxes.Clear();
        KeepsHeader = false;
    }

    /// <summary>The header with the CRLF of its last field, in front of the empty line; -1 when that has not come.</summary>
    private static int HeaderLength(ReadOnlySpan<byte> octets) => octets.StartsWith("\r\n"u8) ? 0 : HeaderLength(octets, from: 0);

    private static int HeaderLength(ReadOnlySpan<byte> octets, int from)
    {
        var end = octets.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : from + end + 2;
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

        ReadOnlySpan<byte> run = default;
        while (FieldLength(header, isWhole) is > 0 and var length)
        {
            var field = header[..length];
            header = header[length..];
            var colon = field.IndexOf((byte)':');
            if (colon < 0)
            {
                continue;
            }

            var name = field[..colon].TrimEnd(" \t"u8);
            if (Ascii.EqualsIgnoreCase(name, "Message-ID"u8) && TryKeep(IdIn(field[(colon + 1)..])))
            {
                break;
            }

            if (Ascii.EqualsIgnoreCase(name, "X-SmartSink-Run"u8))
            {
                run = field[(colon + 1)..];
            }
        }

        if (_id.Value.IsEmpty)
        {
            TryKeep(run);
        }

        if (!KeepsHeader)
        {
            Release();
        }
    }

    /// <summary>A field with its folded lines and its CRLF (RFC 5322 section 2.2.3); 0 when there is no whole one.</summary>
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

    /// <summary>Keeps an id without its white space. False when nothing or too much is left, or what no text has.</summary>
    private bool TryKeep(ReadOnlySpan<byte> text)
    {
        Span<byte> id = stackalloc byte[LongestId];
        var length = 0;
        foreach (var octet in text)
        {
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (length == LongestId || octet is < 0x20 or 0x7f)
            {
                return false;
            }

            id[length++] = octet;
        }

        _id.Set(id[..length]);
        return length > 0;
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

/// <summary>Mailboxes one behind the other in one array.</summary>
internal struct MailboxList()
{
    /// <summary>Octets whose memory outlives a transaction.</summary>
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
