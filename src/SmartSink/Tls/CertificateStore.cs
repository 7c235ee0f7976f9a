using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Watching;

namespace SmartSink.Tls;

/// <summary>
/// Where the server's certificates come from: the PEM files of the settings, else a self-signed one that is made once and kept. One thread
/// at a time.
/// </summary>
/// <param name="settings">The files, the state folder, the servers' names.</param>
/// <param name="clock">For validity.</param>
/// <param name="log">Says which certificates they are, each once.</param>
internal sealed class CertificateStore(SinkSettings settings, TimeProvider clock, ILogger<CertificateStore> log) : IReloadSource<CertificateSet>
{
    /// <summary>The self-signed certificate's name in the state folder.</summary>
    public const string FileName = "self-signed.pem";

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private ServerCertificate? _selfSigned;
    private Lazy<FaultCertificates>? _faulty;
    private WatchedFiles _files = WatchedFiles.None;

    /// <summary>Reads the certificates, or makes one. What is watched are the files and folders of the settings, none when these name none.</summary>
    public Reading<CertificateSet> Read()
    {
        var startedAt = clock.GetUtcNow();
        try
        {
            var certificates = Load();
            return new Reading<CertificateSet>(certificates, _files, startedAt, []);
        }
        catch (CertificateException exception)
        {
            return new Reading<CertificateSet>(null, _files, startedAt, [exception.Message]);
        }
    }

    /// <summary>Reads the certificates, or makes one.</summary>
    /// <exception cref="CertificateException">The files of the settings cannot be used.</exception>
    public CertificateSet Load()
    {
        _files = FindFiles();
        var byName = new ServerNameTable<ServerCertificate>();
        if (settings.TlsCertificateFolder is { } folder)
        {
            CertificateFolder.Read(folder, byName, Tell);
        }

        var fallback = settings.TlsCertificateFile is { } file
            ? PemCertificate.Read(file, settings.TlsKeyFile)
            : _selfSigned ??= KeptCertificate.LoadOrMake(settings.StateFolder, FileName, MakeSelfSigned, clock, log);
        Tell(settings.TlsCertificateFile ?? Path.Combine(settings.StateFolder ?? string.Empty, FileName), fallback);
        _faulty ??= new Lazy<FaultCertificates>(() => FaultCertificates.MakeFor(settings, fallback, byName.Names, clock, log));
        if (settings.TlsListeners.SelectMany(listener => listener.TlsFaults.Faults).Any(TlsFaults.NeedsCertificate))
        {
            // Not at the expense of the first client that meets one.
            _ = _faulty.Value;
        }

        return new CertificateSet(fallback, byName) { Faulty = _faulty };
    }

    public bool AreSame(CertificateSet first, CertificateSet second) => first.IsSameAs(second);

    public string? LossBetween(CertificateSet first, CertificateSet second) =>
        first.Names.Except(second.Names).Count() is > 0 and var missing ? $"{missing} of {first.Names.Count} names with a certificate of their own" : null;

    public void TellApplied(Reading<CertificateSet> reading) => log.CertificatesApplied(reading.Value!.Names.Count);

    public void TellRejected(Reading<CertificateSet> reading, CertificateSet inForce) => log.CertificatesRejected(string.Join("; ", reading.Diagnostics));

    private string MakeSelfSigned() => CertificateMaker.MakeSelfSigned(settings.Hostname, clock.GetUtcNow());

    private WatchedFiles FindFiles()
    {
        var files = new[] { settings.TlsCertificateFile, settings.TlsKeyFile }.OfType<string>();
        if (settings.TlsCertificateFolder is { } folder)
        {
            files = files.Concat(CertificateFolder.FilesOf(folder));
        }

        return new WatchedFiles(
            [.. files.Select(file => Path.GetFullPath(file))],
            settings.TlsCertificateFolder is { } listed ? [Path.GetFullPath(listed)] : []);
    }

    private void Tell(string file, ServerCertificate shown)
    {
        var certificate = shown.Target;
        if (!_told.Add(certificate.Thumbprint))
        {
            return;
        }

        if (!KeptCertificate.IsValid(certificate, clock))
        {
            log.CertificateNotValid(file, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        }

        log.CertificateLoaded(file, certificate.Subject, certificate.NotAfter.ToUniversalTime(), certificate.Thumbprint);
    }
}
