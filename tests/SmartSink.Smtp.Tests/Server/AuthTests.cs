using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

public sealed class AuthTests
{
    [Theory]
    [SuppressMessage("Security", "CA5351", Justification = "CRAM-MD5 is made of it.")]
    [InlineData("secret", "235 2.7.0 Authenticated|", "Accepted")]
    [InlineData("wrong", "535 5.7.8 Name or secret is wrong|", "Refused")]
    public void A_digest_answers_the_challenge_that_was_given(string password, string reply, string result)
    {
        var dialog = Greeted();
        var challenge = Convert.FromBase64String(dialog.Say("AUTH CRAM-MD5|")[4..^1]);
        Encoding.ASCII.GetString(challenge).ShouldMatch("^<[0-9a-f]{24}@mx[.]sink[.]test>$");

        dialog.Say(Base64($"ann {Convert.ToHexStringLower(HMACMD5.HashData(Encoding.ASCII.GetBytes(password), challenge))}") + "|").ShouldBe(reply);

        dialog.Observer.Events.ShouldBe([$"authentication of <ann> by CramMd5: {result}"]);
    }

    [Fact]
    public void A_challenge_is_never_the_same_again() =>
        Enumerable.Range(0, 100).Select(_ => Greeted().Say("AUTH CRAM-MD5|")).ShouldBeUnique();

    [Theory]
    [InlineData("AUTH LOGIN|*|", "authentication of <> by Login: Cancelled")]
    [InlineData("AUTH LOGIN YW5u|*|", "authentication of <ann> by Login: Cancelled")]
    [InlineData("AUTH LOGIN|?|", "authentication of <> by Login: Malformed")]
    [InlineData("AUTH PLAIN AGxhdGVyAHg=|", "authentication of <later> by Plain: TempFail")]
    [InlineData("AUTH XOAUTH2 dXNlcj1iAWF1dGg9QmVhcmVyIGIBAQ==|*|", "authentication of <b> by XOAuth2: Refused")]
    [InlineData("AUTH XOAUTH2 dXNlcj1iAWF1dGg9QmVhcmVyIGIBAQ==|?|", "authentication of <b> by XOAuth2: Refused")]
    public void Every_attempt_is_told_once_when_it_ends(string lines, string told)
    {
        var dialog = Greeted();
        dialog.Say(lines);
        dialog.Observer.Events.ShouldBe([told]);
        dialog.Say("NOOP|").ShouldBe("250 2.0.0 Ok|");
    }

    [Fact]
    public void A_token_may_stand_for_itself()
    {
        var dialog = Dialog.After("EHLO a|", options: Options(AnyCredentials.Instance));
        dialog.Say("AUTH OAUTHBEARER " + Base64("n,,\u0001auth=Bearer t\u0001\u0001") + "|").ShouldStartWith("235 ");
        dialog.Observer.Events.ShouldBe(["authentication of <> by OAuthBearer: Accepted"]);
    }

    [Fact]
    public void A_stop_does_not_wait_for_an_exchange()
    {
        var dialog = Greeted();
        dialog.Say("AUTH LOGIN|");
        dialog.Shutdown().ShouldStartWith("421 4.3.2 ");
    }

    [Fact]
    public void A_long_response_is_left_to_the_transport_until_it_is_whole()
    {
        var dialog = Greeted();
        dialog.Say("AUTH LOGIN|");
        dialog.Send(Encoding.ASCII.GetBytes(new string('A', 10_000)), out var consumed).ShouldBeEmpty();
        consumed.ShouldBe(0);
    }

    private static Dialog Greeted() => Dialog.After("EHLO a|", options: Options(OneUser.Parse("ann:secret")));

    private static SmtpSessionOptions Options(ICredentialJudge judge) =>
        new() { Hostname = "mx.sink.test", Auth = new AuthOptions { AllowCleartext = true, Judge = judge } };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
