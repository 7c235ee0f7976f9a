using System.Text;
using SmartSink.Shared;
using SmartSink.Smtp.Auth;
using SmartSink.Watching;

namespace SmartSink.Auth;

/// <summary>
/// The users of a file, one <c>user:password</c> a line in UTF-8; the password is what follows the first colon. Empty lines and those
/// that begin with <c>#</c> count for nothing.
/// </summary>
internal sealed class UserList
{
    /// <summary>The largest file of users.</summary>
    public const long MostBytes = 64 * RegularFile.Megabyte;

    private const int MostErrors = 1_000;
    private const int LongestName = 100;

    private static readonly byte[] NoPassword = "of nobody"u8.ToArray();

    private readonly Dictionary<string, byte[]> _passwords = new(StringComparer.Ordinal);

    private UserList()
    {
    }

    /// <summary>How many there are.</summary>
    public int Count => _passwords.Count;

    /// <summary>Reads a text.</summary>
    /// <param name="path">Where it comes from.</param>
    /// <param name="text">The lines.</param>
    /// <param name="errors">Takes a line for each that is wrong, with file, line and column.</param>
    public static UserList Parse(string path, string text, ICollection<string> errors)
    {
        var users = new UserList();
        var (number, unlisted) = (0, 0);
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            number++;
            if (line.Length == 0 || line[0] == '#' || users.Add(line) is not var (column, error))
            {
                continue;
            }

            if (errors.Count < MostErrors)
            {
                errors.Add($"{path}({number},{column}): error: {error}");
            }
            else
            {
                unlisted++;
            }
        }

        if (unlisted > 0)
        {
            errors.Add($"{path}: {unlisted} more {(unlisted == 1 ? "error is" : "errors are")} not listed");
        }

        return users;
    }

    /// <summary>Whether both have the same users with the same passwords.</summary>
    public bool IsSameAs(UserList other) =>
        Count == other.Count && _passwords.All(user => other._passwords.TryGetValue(user.Key, out var password) && password.AsSpan().SequenceEqual(user.Value));

    /// <summary>How many users of this list the other does not have, by their names.</summary>
    public int CountMissingIn(UserList other) => _passwords.Keys.Count(name => !other._passwords.ContainsKey(name));

    /// <summary>Whether there is such a user with such a secret. An unknown name's secret is compared, too, so that time does not tell which names there are.</summary>
    public bool Has(in Credentials credentials)
    {
        var isKnown = _passwords.TryGetValue(Encoding.UTF8.GetString(credentials.User), out var password);
        return credentials.Match(password ?? NoPassword) & isKnown;
    }

    private (int Column, string Error)? Add(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var control = line.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        return control >= 0 ? (control + 1, "a control character")
            : colon < 0 ? (line.Length + 1, "expected a colon and the password")
            : colon == 0 ? (1, "expected a name before the colon")
            : _passwords.TryAdd(line[..colon], Encoding.UTF8.GetBytes(line[(colon + 1)..])) ? null
            : (1, $"the user \"{line[..Math.Min(colon, LongestName)]}\" is listed twice");
    }
}

/// <summary>Reads the users' file, and says what becomes of its changes: log ids 210 to 213.</summary>
/// <param name="path">The file.</param>
/// <param name="clock">For the time of the reading.</param>
/// <param name="log">Told of every reload.</param>
internal sealed partial class UserListFile(string path, TimeProvider clock, ILogger<UserListFile> log) : IReloadSource<UserList>
{
    private readonly WatchedFiles _files = new([Path.GetFullPath(path)], []);

    public Reading<UserList> Read()
    {
        var startedAt = clock.GetUtcNow();
        var errors = new List<string>();
        UserList? users = null;
        try
        {
            users = UserList.Parse(path, RegularFile.ReadAllText(path, UserList.MostBytes), errors);
        }
        catch (FileException exception)
        {
            errors.Add($"SINK_AUTH_USERS: {path}: {exception.Message}");
        }

        return new Reading<UserList>(errors.Count == 0 ? users : null, _files, startedAt, errors);
    }

    public bool AreSame(UserList first, UserList second) => first.IsSameAs(second);

    public string? LossBetween(UserList first, UserList second) =>
        first.CountMissingIn(second) is > 0 and var missing ? $"{missing} of {first.Count} users" : null;

    public void TellApplied(Reading<UserList> reading) => UsersApplied(log, reading.Value!.Count, path);

    public void TellRejected(Reading<UserList> reading, UserList inForce)
    {
        foreach (var mistake in reading.Diagnostics)
        {
            UserMistake(log, mistake);
        }

        UsersRejected(log, path);
    }

    [LoggerMessage(210, LogLevel.Information, "Changed users are in force: {Users} in {File}")]
    private static partial void UsersApplied(ILogger log, int users, string file);

    [LoggerMessage(211, LogLevel.Error, "The changed users file {File} was rejected; the users in force stay")]
    private static partial void UsersRejected(ILogger log, string file);

    [LoggerMessage(212, LogLevel.Error, "{Mistake}")]
    private static partial void UserMistake(ILogger log, string mistake);
}
