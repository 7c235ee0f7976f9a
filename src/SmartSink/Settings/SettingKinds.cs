using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Serilog.Events;
using SmartSink.Settings.Values;
using SmartSink.Shared;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Settings;

/// <summary>The kinds of values that settings have.</summary>
internal static class SettingKinds
{
    /// <summary>A TCP port; 0 lets the system choose one.</summary>
    public static SettingKind<int> Port { get; } = new("port", "a port (0 to 65535)", (string text, out int value) =>
        TryWhole(text, out value) && value <= IPEndPoint.MaxPort);

    /// <summary>A count where 0 says that there is no limit.</summary>
    public static SettingKind<int> Limit { get; } = new("n", "a whole number, 0 for no limit", TryWhole);

    /// <summary>A count of at least one.</summary>
    public static SettingKind<int> Count { get; } = new("n", "a whole number of at least 1", (string text, out int value) =>
        TryWhole(text, out value) && value > 0);

    /// <summary>How many keys a memory has room for: a few more than one decision needs at once.</summary>
    public static SettingKind<int> Capacity { get; } = new("n", "a whole number of at least 100", (string text, out int value) =>
        TryWhole(text, out value) && value >= 100);

    /// <summary>Memory for something that needs a few MB at least.</summary>
    public static SettingKind<int> Megabytes { get; } = new("mb", "a whole number of MB, at least 4", (string text, out int value) =>
        TryWhole(text, out value) && value >= 4);

    public static SettingKind<long> Size { get; } = new("size", "a size such as 52428800, 512KiB or 50MiB", (string text, out long value) =>
        Sizes.TryParse(text, out value), WriteSize);

    public static SettingKind<TimeSpan> Time { get; } = new("time", "a time such as 90s, 5m or 1h (at most 24 days)", (string text, out TimeSpan value) =>
        Times.TryParse(text, out value), Times.Write);

    public static SettingKind<TimeSpan> TimeAboveZero { get; } = new("time", "a time above zero such as 90s, 5m or 1h (at most 24 days)", (string text, out TimeSpan value) =>
        Times.TryParse(text, out value) && value > TimeSpan.Zero, Times.Write);

    /// <summary>How often something is done; zero for never.</summary>
    public static SettingKind<TimeSpan> TimeOrOff { get; } = new("time", "a time of at least a second such as 10s or 5m (at most 24 days), or off", (string text, out TimeSpan value) =>
    {
        value = TimeSpan.Zero;
        return text.Equals("off", StringComparison.OrdinalIgnoreCase) || (Times.TryParse(text, out value) && value >= TimeSpan.FromSeconds(1));
    }, time => time == TimeSpan.Zero ? "off" : Times.Write(time));

    /// <summary>Where to listen for SMTP. A process has Unix sockets where it can tell a stale one from another's: on Linux.</summary>
    public static SettingKind<ListenPlace> Listen { get; } = OperatingSystem.IsLinux()
        ? new("address", "an IP address, * for all, or unix:PATH with a path of at most 107 bytes (abstract sockets, unix:@NAME, are not supported)", ListenPlace.TryParse)
        : new("address", "an IP address, or * for all (Unix sockets need Linux)", (string text, out ListenPlace value) =>
            ListenPlace.TryParse(text, out value) && value.UnixSocket is null);

    /// <summary>Who may do what with a file, as in chmod(1); nobody runs a socket, so the bits for that are no mistake and mean nothing.</summary>
    public static SettingKind<UnixFileMode> FileMode { get; } = new("mode", "an octal file mode such as 0660", (string text, out UnixFileMode value) =>
    {
        var good = text.Length is 3 or 4 && text.All(digit => digit is >= '0' and <= '7') && (text.Length == 3 || text[0] == '0');
        value = good ? (UnixFileMode)Convert.ToInt32(text, 8) : default;
        return good;
    }, mode => Convert.ToString((int)mode, 8).PadLeft(4, '0'));

    /// <summary>Whose a file is, as in chown(1).</summary>
    public static SettingKind<string> Owner { get; } = new("user", "user, user:group or :group", (string text, out string value) =>
    {
        value = text;
        return text.Length > 0 && text[^1] != ':' && text.Count(character => character == ':') <= 1 && !text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character));
    });

    public static SettingKind<HttpListen> HttpListen { get; } = new(
        "address", $"an IP address, * for all, or {Values.HttpListen.Word}", Values.HttpListen.TryParse, listen => listen.Address?.ToString() ?? Values.HttpListen.Word);

    /// <summary>The name or path of a file or folder.</summary>
    public static SettingKind<string> Path { get; } = new("path", "a path", (string text, out string value) =>
    {
        value = text;
        return text.Length > 0 && !text.Contains('\0');
    });

    public static SettingKind<string> Hostname { get; } = new("name", "a domain or an address literal of at most 255 characters", HostnameText.TryParse);

    /// <summary>Text of the greeting, which goes onto the wire.</summary>
    public static SettingKind<string> Banner { get; } = new("text", "printable ASCII text of at most 400 characters", (string text, out string value) =>
    {
        // Each line of it is one of the greeting.
        value = text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
        return text.Length <= 400 && value.All(character => character is '\n' or (>= ' ' and <= '~'));
    });

    public static SettingKind<bool> Switch { get; } = new("on|off", "on or off", (string text, out bool value) =>
    {
        value = text.ToUpperInvariant() is "ON" or "TRUE" or "YES" or "1";
        return value || text.ToUpperInvariant() is "OFF" or "FALSE" or "NO" or "0";
    }, value => value ? "on" : "off");

    public static SettingKind<TlsMode> TlsMode { get; } = OneOf<TlsMode>();

    public static SettingKind<OriginalDestination> OriginalDestination { get; } = OneOf<OriginalDestination>();

    /// <summary>A name of a listener or a replica.</summary>
    public static SettingKind<string> Name { get; } = new("name", "a name of letters, digits, dots, hyphens and underscores, at most 64", (string text, out string value) =>
    {
        value = text;
        return text.Length is > 0 and <= 64 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');
    });

    public static SettingKind<decimal> Percent { get; } = new("percent", "a percentage from 0 to 100", (string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value <= 100);

    /// <summary>Extensions by their EHLO keywords, and EHLO itself.</summary>
    public static SettingKind<(SmtpExtensions Extensions, bool Ehlo)> Hidden { get; } = new(
        "keywords", $"EHLO itself, or EHLO keywords separated by commas, out of {Listed(ExtensionKeywords.All)}", TryHidden, hidden =>
            hidden.Ehlo ? $"EHLO,{WriteKeywords(hidden.Extensions)}".TrimEnd(',') : WriteKeywords(hidden.Extensions));

    /// <summary>Extensions that are offered when somebody asks for them, by their EHLO keywords.</summary>
    public static SettingKind<SmtpExtensions> RareKeywords { get; } = new(
        "keywords",
        $"EHLO keywords separated by commas, out of {Listed(ExtensionKeywords.All.Where(known => (known.Extension & SmtpExtensions.OnRequest) != SmtpExtensions.None))}",
        (string text, out SmtpExtensions value) => ExtensionKeywords.TryParse(text, out value) && (value & ~SmtpExtensions.OnRequest) == SmtpExtensions.None,
        WriteKeywords);

    public static SettingKind<AuthMode> AuthMode { get; } = OneOf<AuthMode>();

    /// <summary>Mechanisms of AUTH.</summary>
    public static SettingKind<IReadOnlyList<AuthMechanism>> AuthMechanisms { get; } = new(
        "names", "one or more of PLAIN, LOGIN, CRAM-MD5, XOAUTH2, OAUTHBEARER, separated by commas", Smtp.Auth.AuthMechanisms.TryParse, mechanisms =>
            string.Join(',', mechanisms.Select(Smtp.Auth.AuthMechanisms.NameOf)));

    public static SettingKind<MailProtocol> Protocol { get; } = OneOf<MailProtocol>();

    public static SettingKind<SmtpEngine> Engine { get; } = OneOf<SmtpEngine>();

    public static SettingKind<ProxyMode> ProxyMode { get; } = OneOf<ProxyMode>();

    public static SettingKind<NetworkList> Networks { get; } = new(
        "networks", "networks such as 10.0.0.0/8, 192.0.2.7 and 2001:db8::/32, separated by commas", NetworkList.TryParse);

    public static SettingKind<SslProtocols> TlsVersions { get; } = new("versions", "one or more of 1.0, 1.1, 1.2, 1.3, separated by commas", TlsVersionsText.TryParse, versions =>
        string.Join(',', TlsVersionsText.Of(versions).Select(known => known.Text)));

    public static SettingKind<ClientCertificateMode> ClientCertificate { get; } = OneOf<ClientCertificateMode>();

    public static SettingKind<TlsFaultRates> TlsFaults { get; } = new(
        "faults",
        "a list such as expired=5,no-answer=0.5,wrong-name@mx.example=100 (hidden, 454, expired, wrong-name, self-signed, no-answer, reset; hidden and 454 not with a server's name; at most 100 in all and for each name; seed=42 repeats the draws)",
        TlsFaultRates.TryParse);

    public static SettingKind<ReplyFaultRates> ReplyFaults { get; } = new(
        "faults",
        $"a list such as late-line=1,keywords=5 ({string.Join(", ", Values.ReplyFaults.Words.Skip(1))}; at most 100 in all; delay=30s holds late lines back for so long, seed=42 repeats the draws)",
        ReplyFaultRates.TryParse);

    /// <summary>What the system does not have is no choice.</summary>
    public static SettingKind<TransportChoice> Transport { get; } = OperatingSystem.IsLinux()
        ? OneOf<TransportChoice>()
        : new("auto|sockets", "auto or sockets (epoll exists on Linux only)", (string text, out TransportChoice value) =>
            Enum.TryParse(text, ignoreCase: true, out value) && value is TransportChoice.Auto or TransportChoice.Sockets && !char.IsAsciiDigit(text[0]));

    /// <summary>The least level of events that reach the log.</summary>
    public static SettingKind<LogEventLevel> LogLevel { get; } = new("level", "one of Verbose, Debug, Information, Warning, Error, Fatal", (string text, out LogEventLevel value) =>
        Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]));

    /// <summary>The log's form; true for JSON.</summary>
    public static SettingKind<bool> LogFormat { get; } = new("text|json", "text or json", (string text, out bool value) =>
    {
        value = text.Equals("json", StringComparison.OrdinalIgnoreCase);
        return value || text.Equals("text", StringComparison.OrdinalIgnoreCase);
    }, json => json ? "json" : "text");

    /// <summary>A token of HTTP's Authorization: Bearer (RFC 6750 section 2.1), long enough not to be guessed at once.</summary>
    public static SettingKind<string> Token { get; } = new("token", "8 to 256 letters, digits and characters of -._~+/=", (string text, out string value) =>
    {
        value = text;
        return text.Length is >= 8 and <= 256 && text.All(character => char.IsAsciiLetterOrDigit(character) || "-._~+/=".Contains(character, StringComparison.Ordinal));
    })
    {
        IsSecret = true,
    };

    /// <summary>Names of hosts, in lower case.</summary>
    public static SettingKind<IReadOnlyList<string>> HostNames { get; } = new("names", "host names separated by commas, without ports", (string text, out IReadOnlyList<string> value) =>
    {
        value = text.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries);
        return value.All(name => Uri.CheckHostName(name) == UriHostNameType.Dns);
    }, names => string.Join(',', names));

    /// <summary>One of how many; 0 for none.</summary>
    public static SettingKind<int> OneIn { get; } = new("1/n", "off, or a share such as 1/1000", (string text, out int value) =>
    {
        value = 0;
        return text.Equals("off", StringComparison.OrdinalIgnoreCase)
            || (text.StartsWith("1/", StringComparison.Ordinal) && TryWhole(text[2..], out value) && value > 0);
    }, oneIn => oneIn == 0 ? "off" : $"1/{oneIn}");

    /// <summary>A value that nothing looks at.</summary>
    public static SettingKind<string> Ignored { get; } = new("any", "anything", (string text, out string value) =>
    {
        value = text;
        return true;
    });

    private static bool TryHidden(string text, out (SmtpExtensions Extensions, bool Ehlo) value)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        var keywords = words.Where(word => !word.Equals("EHLO", StringComparison.OrdinalIgnoreCase)).ToList();
        value = (SmtpExtensions.None, Ehlo: keywords.Count < words.Length);
        return keywords.Count == 0 || ExtensionKeywords.TryParse(string.Join(',', keywords), out value.Extensions);
    }

    private static string Listed(IEnumerable<(SmtpExtensions Extension, string Keyword)> keywords) => string.Join(", ", keywords.Select(known => known.Keyword));

    /// <summary>One of an enumeration's words, without case.</summary>
    private static SettingKind<T> OneOf<T>()
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToList();
        return new(string.Join('|', words), $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}", (string text, out T value) =>
        {
            var index = words.FindIndex(word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
            value = index < 0 ? default : Enum.GetValues<T>()[index];
            return index >= 0;
        }, value => words[Array.IndexOf(Enum.GetValues<T>(), value)]);
    }

    private static string WriteKeywords(SmtpExtensions extensions) => string.Join(
        ',', ExtensionKeywords.All.Where(known => (known.Extension & extensions) != SmtpExtensions.None).Select(known => known.Keyword));

    private static string WriteSize(long bytes) =>
        bytes == 0 ? "0" : bytes % (1 << 20) == 0 ? $"{bytes >> 20}MiB" : bytes % (1 << 10) == 0 ? $"{bytes >> 10}KiB" : $"{bytes}";

    private static bool TryWhole(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
