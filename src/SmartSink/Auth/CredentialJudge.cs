using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Auth;

namespace SmartSink.Auth;

/// <summary>Lets in whom the list knows, or everybody when there is none; and refuses a share of those, as servers in trouble do.</summary>
internal sealed class CredentialJudge : ICredentialJudge
{
    private readonly Func<UserList>? _users;
    private readonly Func<ulong> _draw;
    private readonly ulong _refused;
    private readonly ulong _failed;

    /// <summary>Makes a judge.</summary>
    /// <param name="users">Who is known now; null for everybody.</param>
    /// <param name="refusePercent">Of those who would be let in, the share that is refused, 0 to 100.</param>
    /// <param name="tempFailPercent">The share that is told to come back, 0 to 100 less the other.</param>
    /// <param name="draw">Gives 63 random bits.</param>
    public CredentialJudge(Func<UserList>? users, decimal refusePercent, decimal tempFailPercent, Func<ulong> draw)
    {
        _users = users;
        _draw = draw;
        _refused = Threshold.Of(refusePercent, 100);
        _failed = Threshold.Of(refusePercent + tempFailPercent, 100);
    }

    public AuthResult Judge(in Credentials credentials)
    {
        if (_users is not null && !_users().Has(credentials))
        {
            return AuthResult.Refused;
        }

        if (_failed == 0)
        {
            return AuthResult.Accepted;
        }

        var draw = _draw();
        return draw < _refused ? AuthResult.Refused : draw < _failed ? AuthResult.TempFail : AuthResult.Accepted;
    }
}
