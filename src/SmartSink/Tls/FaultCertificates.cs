using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings;
using SmartSink.Settings.Values;

namespace SmartSink.Tls;

/// <summary>
/// The certificates of faults. All but the self-signed one are issued by an authority of the sink's own that is kept in the state folder:
/// a client that trusts it meets the one fault and no other.
/// </summary>
internal sealed class FaultCertificates
{
    /// <summary>The authority's name in the state folder: certificate and key.</summary>
    public const string AuthorityFile = "fault-ca.pem";

    /// <summary>The name that is never the right one (RFC 2606 section 2).</summary>
    public const string WrongName = "wrong-name.invalid";

    private const string AuthorityName = "SmartSink TLS faults";
    private const int Years = 1;

    private readonly ServerCertificate _expired;
    private readonly ServerCertificate _wrongName;
    private readonly ServerCertificate _selfSigned;

    private FaultCertificates(X509Certificate2 authority, IReadOnlyList<string> names, DateTimeOffset now)
    {
        _expired = Make(names, now.AddYears(-Years), now.AddDays(-1), authority);
        _wrongName = Make([WrongName], now.AddDays(-1), now.AddYears(Years), authority);
        _selfSigned = Make(names, now.AddDays(-1), now.AddYears(Years), issuer: null);
    }

    /// <summary>Makes them.</summary>
    /// <param name="settings">The listeners, their names and the state folder.</param>
    /// <param name="good">The certificate of no fault, whose names these have, too.</param>
    /// <param name="byName">The names that have a certificate of their own.</param>
    /// <param name="clock">For validity.</param>
    /// <param name="log">Told where the authority is.</param>
    public static FaultCertificates MakeFor(SinkSettings settings, ServerCertificate good, IEnumerable<string> byName, TimeProvider clock, ILogger log)
    {
        var authority = KeptCertificate.LoadOrMake(
            settings.StateFolder, AuthorityFile, () => CertificateMaker.MakeAuthority(AuthorityName, clock.GetUtcNow()), clock, log);
        string[] names =
        [
            .. settings.AllListeners.Select(listener => listener.Hostname),
            "localhost",
            .. CertificateFolder.NamesOf(good.Target),
            .. byName,
            .. settings.TlsListeners.SelectMany(listener => listener.TlsFaults.Names),
        ];
        return new FaultCertificates(authority.Target, names, clock.GetUtcNow());
    }

    /// <summary>The certificate of a fault; null when it needs none.</summary>
    public ServerCertificate? Of(TlsFault fault) => fault switch
    {
        TlsFault.Expired => _expired,
        TlsFault.WrongName => _wrongName,
        TlsFault.SelfSigned => _selfSigned,
        _ => null,
    };

    private static ServerCertificate Make(IReadOnlyList<string> names, DateTimeOffset from, DateTimeOffset until, X509Certificate2? issuer) =>
        PemCertificate.Parse(names[0], CertificateMaker.MakeServer(names, from, until, issuer));
}
