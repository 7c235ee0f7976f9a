namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

internal sealed class SendmailRelay : Relay
{
    private const string Package = "sendmail-bin";
    private const string Program = "/usr/libexec/sendmail/sendmail";

    private SendmailRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Version => DebianPackages.VersionOf(Package);

    public static async Task<Relay> StartAsync()
    {
        Requirement.Programs("m4");
        return new SendmailRelay(await UnpackedHost.StartAsync([Package, "sendmail-base", "sendmail-cf"], PrepareAsync));
    }

    protected override Task FlushAsync() => Host.RunAsync($"{Program} -C /etc/mail/sendmail.cf -q");

    private static async Task PrepareAsync(UnpackedHost host)
    {
        host.AddUser("smmta");
        host.AddUser("smmsp");

        // It would only queue, then refuse, on a machine under load.
        host.Write(
            "/etc/mail/sendmail.mc",
            $"""
            include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
            OSTYPE(`linux')dnl
            FEATURE(`no_default_msa')dnl
            FEATURE(`accept_unresolvable_domains')dnl
            FEATURE(`accept_unqualified_senders')dnl
            FEATURE(`promiscuous_relay')dnl
            FEATURE(`nocanonify')dnl
            define(`confDOMAIN_NAME', `mta.test')dnl
            define(`confDONT_PROBE_INTERFACES', `True')dnl
            define(`confSERVICE_SWITCH_FILE', `/etc/mail/service.switch')dnl
            define(`confQUEUE_LA', `1000')dnl
            define(`confREFUSE_LA', `1000')dnl
            define(`confDELAY_LA', `1000')dnl
            DAEMON_OPTIONS(`Port={SubmissionPort}, Addr=127.0.0.1')dnl
            {PageText.Compatibility.Block("define(")}
            MAILER(`smtp')dnl

            """);
        host.Write("/etc/mail/service.switch", "hosts files\naliases files\n");
        await host.RunAsync("mkdir -p /var/spool/mqueue /var/run/sendmail && m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf");
        host.StartDaemon(Program, "-C", "/etc/mail/sendmail.cf", "-bD");
    }
}
