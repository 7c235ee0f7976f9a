using SmartSink.Reloading;

namespace SmartSink.Authentication;

/// <summary>Keeps the users in step with their file. One mistake in it, and those in force stay.</summary>
internal sealed class UserListReloader : IDisposable
{
    private readonly string _file;
    private readonly UserListHolder _holder;
    private readonly ILogger<UserListReloader> _log;
    private readonly FileFollower _follower;
    private IReadOnlyList<string> _lastMistakes = [];

    /// <summary>Makes one; nothing is looked at yet.</summary>
    /// <param name="file">The users' file.</param>
    /// <param name="readAt">When it was read for the start.</param>
    /// <param name="holder">Where the users in force are.</param>
    /// <param name="clock">For the time between looks.</param>
    /// <param name="log">Told of every reload.</param>
    public UserListReloader(string file, DateTimeOffset readAt, UserListHolder holder, TimeProvider clock, ILogger<UserListReloader> log)
    {
        _file = file;
        _holder = holder;
        _log = log;
        var files = new WatchedFiles([Path.GetFullPath(file)], []);
        _follower = new FileFollower(
            files,
            readAt,
            mistrusted =>
            {
                Read(mistrusted);
                return files;
            },
            clock,
            log);
    }

    /// <summary>Begins to look.</summary>
    public void Start() => _follower.Start();

    /// <summary>Looks once.</summary>
    public PollOutcome Poll() => _follower.Poll();

    /// <inheritdoc/>
    public void Dispose() => _follower.Dispose();

    // A second reading for mistrust alone that finds the same mistakes is no reload.
    private void Read(bool mistrusted)
    {
        try
        {
            var users = UserList.Load(_file);
            if (!users.IsSameAs(_holder.Current))
            {
                _holder.Apply(users);
                _log.UsersApplied(users.Count, _file);
            }

            _lastMistakes = [];
        }
        catch (UserListException error)
        {
            if (!mistrusted || !_lastMistakes.SequenceEqual(error.Lines))
            {
                _holder.Reject();
                _log.Rejected(_file, error.Lines);
            }

            _lastMistakes = error.Lines;
        }
    }
}
