using System.Text;

namespace SmartSink.Smtp.Auth;

/// <summary>The names of the mechanisms.</summary>
public static class AuthMechanisms
{
    private static readonly (AuthMechanism Mechanism, string Name)[] Known =
    [
        (AuthMechanism.Plain, "PLAIN"),
        (AuthMechanism.Login, "LOGIN"),
        (AuthMechanism.CramMd5, "CRAM-MD5"),
        (AuthMechanism.XOAuth2, "XOAUTH2"),
        (AuthMechanism.OAuthBearer, "OAUTHBEARER"),
    ];

    /// <summary>All mechanisms, in the order of the enumeration, which is also the order in which they are announced.</summary>
    public static IReadOnlyList<AuthMechanism> All { get; } = [.. Known.Select(known => known.Mechanism)];

    /// <summary>The name as it is announced: <c>CRAM-MD5</c>.</summary>
    public static string NameOf(AuthMechanism mechanism) => Known[(int)mechanism].Name;

    /// <summary>Finds a mechanism by its name, ignoring case.</summary>
    public static bool TryFind(ReadOnlySpan<byte> name, out AuthMechanism mechanism)
    {
        foreach (var known in Known)
        {
            if (Ascii.EqualsIgnoreCase(name, known.Name))
            {
                mechanism = known.Mechanism;
                return true;
            }
        }

        mechanism = default;
        return false;
    }

    /// <summary>Reads a comma-separated list of names, ignoring case.</summary>
    /// <returns>False when a name is unknown or occurs twice.</returns>
    public static bool TryParse(string text, out IReadOnlyList<AuthMechanism> mechanisms)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<AuthMechanism>();
        mechanisms = found;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryFind(Encoding.UTF8.GetBytes(word), out var mechanism) || found.Contains(mechanism))
            {
                return false;
            }

            found.Add(mechanism);
        }

        // The default is always the same object, so that equal settings compare as equal.
        mechanisms = found.SequenceEqual(All) ? All : found;
        return true;
    }
}

/// <summary>A SASL mechanism for AUTH (RFC 4954).</summary>
public enum AuthMechanism : byte
{
    /// <summary>PLAIN (RFC 4616).</summary>
    Plain,

    /// <summary>LOGIN, which no RFC describes: the server asks for the name and then for the password.</summary>
    Login,

    /// <summary>CRAM-MD5 (RFC 2195).</summary>
    CramMd5,

    /// <summary>XOAUTH2, Google's predecessor of <see cref="OAuthBearer"/>.</summary>
    XOAuth2,

    /// <summary>OAUTHBEARER (RFC 7628).</summary>
    OAuthBearer,
}
