using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Compatibility.Clients;

/// <summary>A program that reads a message on its standard input.</summary>
/// <param name="name">Its name.</param>
/// <param name="package">Debian's package of it.</param>
/// <param name="command">The program and the arguments that are always the same.</param>
/// <param name="arguments">The others: by port, sender, recipient.</param>
internal sealed class ToolClient(string name, string package, IReadOnlyList<string> command, Func<int, string, string, string[]> arguments) : SubmissionClient
{
    // Starttls() without a context takes any certificate.
    private const string Smtplib = """
        import smtplib, ssl, sys
        port, sender, recipient, tls = sys.argv[1:5]
        with smtplib.SMTP("127.0.0.1", int(port), local_hostname="client.example") as client:
            if tls == "verified":
                client.starttls(context=ssl.create_default_context())
            if tls == "any":
                client.starttls()
            client.sendmail(sender, [recipient], sys.stdin.read(), ["RET=HDRS", "ENVID=envelope"], ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;" + recipient])
        """;

    public static ToolClient Curl { get; } = new("curl", "curl", ["curl", "-sS"], (port, sender, recipient) =>
        ["--url", $"smtp://127.0.0.1:{port}/client.example", "--mail-from", sender, "--mail-rcpt", recipient, "--upload-file", "-"])
    {
        UnverifiedBy = "with `--insecure`",
        VerifiedTls = ["--ssl-reqd"],
        UnverifiedTls = ["--ssl-reqd", "--insecure"],
    };

    public static ToolClient Swaks { get; } = new("swaks", "swaks", ["swaks", "--data", "-", "--helo", "client.example"], (port, sender, recipient) =>
        ["--server", "127.0.0.1", "--port", $"{port}", "--from", sender, "--to", recipient])
    {
        UnverifiedBy = "without `--tls-verify`",
        VerifiedTls = ["--tls", "--tls-verify"],
        UnverifiedTls = ["--tls"],
    };

    public static ToolClient Msmtp { get; } = new("msmtp", "msmtp", ["msmtp", "--dsn-notify=success,failure", "--dsn-return=headers"], (port, sender, recipient) =>
        ["--host=127.0.0.1", $"--port={port}", $"--from={sender}", recipient])
    {
        UnverifiedBy = "with `--tls-certcheck=off`",
        VerifiedTls = ["--tls=on"],
        UnverifiedTls = ["--tls=on", "--tls-certcheck=off"],
    };

    public static ToolClient Python { get; } = new("Python's smtplib", "python3", ["/usr/bin/python3", "-c", Smtplib], (port, sender, recipient) =>
        [$"{port}", sender, recipient])
    {
        UnverifiedBy = "without a context",
        NoTls = ["none"],
        VerifiedTls = ["verified"],
        UnverifiedTls = ["any"],

        // The last line of a traceback.
        Failure = result => $"`{result.Error.TrimEnd().Split('\n')[^1].Split(':')[0]}`",
    };

    public override string Name => name;

    public override string Tried => command[0].StartsWith('/') ? "library" : "command";

    private string[] NoTls { get; init; } = [];

    private string[] VerifiedTls { get; init; } = [];

    private string[] UnverifiedTls { get; init; } = [];

    private Func<ToolResult, string> Failure { get; init; } = result => $"exit {result.ExitCode}";

    public override Task<string> VersionAsync() => DebianPackages.InstalledVersionAsync(package);

    public override async Task<Attempt> SendAsync(int port, string sender, string recipient, TlsUse tls = TlsUse.None)
    {
        var more = tls switch
        {
            TlsUse.Verified => VerifiedTls,
            TlsUse.Unverified => UnverifiedTls,
            _ => NoTls,
        };
        var own = arguments(port, sender, recipient);

        // Options stand before the recipient, what a script is told behind it.
        string[] all = NoTls.Length > 0 ? [.. own, .. more] : [.. more, .. own];
        var result = await Tool.RunAsync(command[0], [.. command.Skip(1), .. all], Message(sender, recipient));
        return new Attempt(result.ExitCode == 0 ? null : Failure(result), result.Output + result.Error);
    }
}
