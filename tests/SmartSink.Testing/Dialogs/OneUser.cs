using System.Text;
using SmartSink.Smtp.Auth;

namespace SmartSink.Testing.Dialogs;

/// <summary>Lets in one user, and cannot say for now whether there is a user <c>later</c>.</summary>
public sealed class OneUser : ICredentialJudge
{
    private readonly byte[] _name;
    private readonly byte[] _password;

    private OneUser(string name, string password)
    {
        _name = Encoding.UTF8.GetBytes(name);
        _password = Encoding.UTF8.GetBytes(password);
    }

    /// <summary>Reads <c>name:password</c>.</summary>
    /// <exception cref="FormatException">There is no colon.</exception>
    public static OneUser Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':', 2) is [var name, var password] ? new OneUser(name, password) : throw new FormatException("expected name:password");
    }

    /// <inheritdoc/>
    public AuthResult Judge(in Credentials credentials) =>
        credentials.User.SequenceEqual("later"u8) ? AuthResult.TempFail
        : credentials.User.SequenceEqual(_name) && credentials.Match(_password) ? AuthResult.Accepted
        : AuthResult.Refused;
}
