using System.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Watching;

namespace SmartSink.Auth;

/// <summary>
/// The users of a file, one <c>user:password</c> a line in UTF-8; the password is what follows the first colon. Empty lines and those
/// that begin with <c>#</c> count for nothing.
/// </summary>
internal sealed class UserList : IReloadable<UserList>
{
    private readonly Dictionary<string, byte[]> _passwords = new(StringComparer.Ordinal);

    private UserList()
    {
    }

    /// <summary>How many there are.</summary>
    public int Count => _passwords.Count;

    /// <summary>Reads a text.</summary>
    /// <param name="path">Where it comes from.</param>
    /// <param name="text">The lines.</param>
    /// <exception cref="UserListException">Lines are wrong.</exception>
    public static UserList Parse(string path, string text)
    {
        var users = new UserList();
        var errors = new List<string>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            number++;
            if (line.Length > 0 && line[0] != '#' && users.Add(line) is var (column, error))
            {
                errors.Add($"{path}({number},{column}): error: {error}");
            }
        }

        return errors.Count == 0 ? users : throw new UserListException(errors);
    }

    /// <inheritdoc/>
    public bool IsSameAs(UserList other) =>
        Count == other.Count && _passwords.All(user => other._passwords.TryGetValue(user.Key, out var password) && password.AsSpan().SequenceEqual(user.Value));

    /// <summary>Whether there is such a user with such a secret.</summary>
    public bool Has(in Credentials credentials) =>
        _passwords.TryGetValue(Encoding.UTF8.GetString(credentials.User), out var password) && credentials.Match(password);

    private (int Column, string Error)? Add(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var control = line.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        return control >= 0 ? (control + 1, "a control character")
            : colon < 0 ? (line.Length + 1, "expected a colon and the password")
            : colon == 0 ? (1, "expected a name before the colon")
            : _passwords.TryAdd(line[..colon], Encoding.UTF8.GetBytes(line[(colon + 1)..])) ? null
            : (1, $"the user \"{line[..colon]}\" stands twice");
    }
}
