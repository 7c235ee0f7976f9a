namespace SmartSink.Watching;

/// <summary>Keeps what was read from files in step with them. One mistake in them, and what is in force stays.</summary>
/// <param name="source">Reads the files; it has done so already, for the start.</param>
/// <param name="holder">Where that is in force.</param>
/// <param name="clock">For the time between looks.</param>
/// <param name="log">Told what goes wrong in looking.</param>
internal sealed class FileReloader<T>(IReloadSource<T> source, ReloadHolder<T> holder, TimeProvider clock, ILogger<FileFollower> log)
    : FileFollower(source.Files, source.ReadAt, clock, log)
    where T : class, IReloadable<T>
{
    private IReadOnlyList<string> _lastMistakes = [];

    /// <inheritdoc/>
    protected override WatchedFiles Read(bool mistrusted)
    {
        try
        {
            var value = source.Load();
            if (!value.IsSameAs(holder.Current))
            {
                holder.Apply(value);
                source.TellApplied(value);
            }

            _lastMistakes = [];
        }
        catch (FilesRejectedException error)
        {
            if (!mistrusted || !_lastMistakes.SequenceEqual(error.Lines))
            {
                holder.Reject();
                source.TellRejected(error.Lines);
            }

            _lastMistakes = error.Lines;
        }

        return source.Files;
    }
}
