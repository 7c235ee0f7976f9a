using System.Text;

namespace SmartSink.Smtp.Client;

/// <summary>Reads the keywords of a reply to EHLO (RFC 5321 section 4.1.1.1), from text split anywhere. Use one for each reply.</summary>
internal sealed class EhloReader
{
    /// <summary>How much of a line is kept: room for AUTH with a dozen mechanisms. The rest is ignored.</summary>
    private const int Kept = 256;

    private readonly byte[] _line = new byte[Kept];
    private int _length;
    private bool _named;

    /// <summary>The extensions that the lines so far have named; those of a line are added when it ends.</summary>
    public ServerExtensions Extensions { get; private set; }

    public void Take(ReadOnlySpan<byte> text)
    {
        var taken = Math.Min(text.Length, Kept - _length);
        text[..taken].CopyTo(_line.AsSpan(_length));
        _length += taken;
    }

    public void EndLine()
    {
        // The first line names the server and no extension.
        if (_named)
        {
            Extensions |= Read(_line.AsSpan(0, _length).TrimEnd((byte)'\r'));
        }

        _named = true;
        _length = 0;
    }

    private static ServerExtensions Read(ReadOnlySpan<byte> line)
    {
        var keyword = Word(ref line);
        return Is(keyword, "PIPELINING"u8) ? ServerExtensions.Pipelining
            : Is(keyword, "STARTTLS"u8) ? ServerExtensions.StartTls
            : Is(keyword, "CHUNKING"u8) ? ServerExtensions.Chunking
            : Is(keyword, "SMTPUTF8"u8) ? ServerExtensions.SmtpUtf8
            : Is(keyword, "8BITMIME"u8) ? ServerExtensions.EightBitMime
            : Is(keyword, "SIZE"u8) ? ServerExtensions.Size
            : Is(keyword, "AUTH"u8) ? ReadMechanisms(line)
            : ServerExtensions.None;
    }

    private static ServerExtensions ReadMechanisms(ReadOnlySpan<byte> list)
    {
        var mechanisms = ServerExtensions.None;
        while (list.Length > 0)
        {
            var name = Word(ref list);
            mechanisms |= Is(name, "PLAIN"u8) ? ServerExtensions.AuthPlain
                : Is(name, "LOGIN"u8) ? ServerExtensions.AuthLogin
                : ServerExtensions.None;
        }

        return mechanisms;
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)' ');
        var word = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return word;
    }

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(word, name);
}

/// <summary>The service extensions named in a server's reply to EHLO, as far as the client uses them.</summary>
[Flags]
public enum ServerExtensions
{
    /// <summary>None, as after HELO.</summary>
    None = 0,

    /// <summary>PIPELINING (RFC 2920).</summary>
    Pipelining = 0x1,

    /// <summary>STARTTLS (RFC 3207).</summary>
    StartTls = 0x2,

    /// <summary>CHUNKING (RFC 3030).</summary>
    Chunking = 0x4,

    /// <summary>SMTPUTF8 (RFC 6531).</summary>
    SmtpUtf8 = 0x8,

    /// <summary>8BITMIME (RFC 6152).</summary>
    EightBitMime = 0x10,

    /// <summary>SIZE (RFC 1870).</summary>
    Size = 0x20,

    /// <summary>AUTH with PLAIN (RFC 4616).</summary>
    AuthPlain = 0x40,

    /// <summary>AUTH with LOGIN.</summary>
    AuthLogin = 0x80,
}
