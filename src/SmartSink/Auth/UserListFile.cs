using System.Text;
using SmartSink.Watching;

namespace SmartSink.Auth;

/// <summary>Reads the users' file.</summary>
/// <param name="path">The file.</param>
/// <param name="clock">For <see cref="ReadAt"/>.</param>
/// <param name="log">Told of every reload.</param>
internal sealed class UserListFile(string path, TimeProvider clock, ILogger<UserListFile> log) : IReloadSource<UserList>
{
    /// <inheritdoc/>
    public WatchedFiles Files { get; } = new([Path.GetFullPath(path)], []);

    /// <inheritdoc/>
    public DateTimeOffset ReadAt { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="UserListException">It cannot be read, or lines in it are wrong.</exception>
    public UserList Load()
    {
        ReadAt = clock.GetUtcNow();
        try
        {
            return UserList.Parse(path, File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new UserListException([$"{path}: {exception.Message.ReplaceLineEndings(" ")}"], exception);
        }
    }

    /// <inheritdoc/>
    public void TellApplied(UserList value) => log.UsersApplied(value.Count, path);

    /// <inheritdoc/>
    public void TellRejected(IReadOnlyList<string> mistakes) => log.Rejected(path, mistakes);
}
