using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>STARTTLS (RFC 3207), and TLS from the start (RFC 8314).</content>
public sealed partial class SmtpSession
{
    /// <summary>Whether this dialog is kept from STARTTLS, and how.</summary>
    public StartTlsDenial StartTlsDenial { get; init; }

    /// <summary>Whether the client has met <see cref="StartTlsDenial"/>.</summary>
    public bool HasDeniedTls { get; private set; }

    private bool HidesStartTls =>
        StartTlsDenial == StartTlsDenial.Hidden && !_isTls && (_profile.ExtensionsInClear & SmtpExtensions.StartTls) != SmtpExtensions.None;

    private bool CanStartTls => Knows(SmtpExtensions.StartTls);

    private bool NeedsTls => _profile.Options.RequireTls && !_isTls;

    /// <summary>
    /// The TLS handshake is done. After STARTTLS the dialog starts anew (RFC 3207 section 4.2), without a greeting; before
    /// <see cref="Start"/> it is implicit TLS, and the greeting comes next.
    /// </summary>
    public void TlsEstablished(Moment now)
    {
        if (_state == SessionState.New)
        {
            _isTls = true;
            return;
        }

        if (_state != SessionState.Upgrading)
        {
            throw new InvalidOperationException("No STARTTLS was answered.");
        }

        _lastHeard = now.Milliseconds;
        _state = SessionState.Connected;
        _isTls = true;
        _isExtended = false;
        _helo = [];
        _user = _login;
        UpdateDeadline();
    }

    private void StartTls(Command command, ReplyBuffer output)
    {
        if (_isTls)
        {
            Fail(StandardReplies.TlsActive, output);
        }
        else if (!CanStartTls)
        {
            Fail(StandardReplies.NotImplemented, output);
        }
        else if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.NoArgumentAllowed, output);
        }
        else if (!_isExtended)
        {
            Fail(EhloFirst, output);
        }
        else if (_transaction is not null)
        {
            Fail(StandardReplies.TlsInTransaction, output);
        }
        else if (StartTlsDenial == StartTlsDenial.Unavailable)
        {
            HasDeniedTls = true;
            Say(StandardReplies.TlsUnavailable, output);
        }
        else
        {
            Say(StandardReplies.ReadyForTls, output);
            _state = SessionState.Upgrading;
        }
    }
}
