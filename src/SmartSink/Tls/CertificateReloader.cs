using SmartSink.Reloading;

namespace SmartSink.Tls;

/// <summary>Keeps the certificates in step with their files. One mistake in them, and all that are in force stay.</summary>
internal sealed class CertificateReloader : IDisposable
{
    private readonly CertificateStore _store;
    private readonly CertificateHolder _holder;
    private readonly ILogger<CertificateReloader> _log;
    private readonly FileFollower _follower;
    private string? _lastMistake;

    /// <summary>Makes one; nothing is looked at yet.</summary>
    /// <param name="store">Reads the files.</param>
    /// <param name="holder">Where the certificates in force are.</param>
    /// <param name="clock">For the time between looks.</param>
    /// <param name="log">Told of every reload.</param>
    public CertificateReloader(CertificateStore store, CertificateHolder holder, TimeProvider clock, ILogger<CertificateReloader> log)
    {
        _store = store;
        _holder = holder;
        _log = log;
        _follower = new FileFollower(store.Files, store.ReadAt, Read, clock, log);
    }

    /// <summary>Begins to look.</summary>
    public void Start() => _follower.Start();

    /// <summary>Looks once.</summary>
    public PollOutcome Poll() => _follower.Poll();

    /// <inheritdoc/>
    public void Dispose() => _follower.Dispose();

    private WatchedFiles Read(bool mistrusted)
    {
        try
        {
            var certificates = _store.Load()!;
            if (!certificates.IsSameAs(_holder.Current))
            {
                _holder.Apply(certificates);
                _log.CertificatesApplied(certificates.Names.Count);
            }

            _lastMistake = null;
        }
        catch (CertificateException error)
        {
            if (!mistrusted || _lastMistake != error.Message)
            {
                _holder.Reject();
                _log.CertificatesRejected(error.Message);
            }

            _lastMistake = error.Message;
        }

        return _store.Files;
    }
}
