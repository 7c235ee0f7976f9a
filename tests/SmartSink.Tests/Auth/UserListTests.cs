using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Auth;
using SmartSink.Smtp.Auth;
using SmartSink.Testing;

namespace SmartSink.Tests.Auth;

public sealed class UserListTests
{
    [Theory]
    [InlineData("ann", "secret", true)]
    [InlineData("bob", "with: colon ", true)]
    [InlineData("jörg", "", true)]
    [InlineData("ann", "Secret", false)]
    [InlineData("Ann", "secret", false)]
    [InlineData("# eve", "x", false)]
    [InlineData("", "", false)]
    public void Who_is_in_it(string user, string password, bool expected)
    {
        var users = UserList.Parse("users", "# eve:x\n\nann:secret\r\nbob:with: colon \njörg:", []);
        users.Count.ShouldBe(3);
        users.Has(new Credentials { User = Encoding.UTF8.GetBytes(user), Secret = Encoding.UTF8.GetBytes(password) }).ShouldBe(expected);
    }

    [Theory]
    [InlineData(AuthMechanism.Plain)]
    [InlineData(AuthMechanism.CramMd5)]
    public void A_name_that_is_not_in_it_costs_the_same_work(AuthMechanism mechanism)
    {
        var users = UserList.Parse("users", "ann:secret", []);
        WorkFor("ann").ShouldBe(WorkFor("eve"));

        // The digest of CRAM-MD5 is an array of its own, so what is allocated tells whether it was made.
        long WorkFor(string name)
        {
            var user = Encoding.UTF8.GetBytes(name);
            Has().ShouldBeFalse();
            return AllocatedMemory.ByCaller(() => Has());

            bool Has() => users.Has(new Credentials { Mechanism = mechanism, User = user, Secret = "0123456789abcdef0123456789abcdef"u8, Challenge = "<1@sink>"u8 });
        }
    }

    [Theory]
    [InlineData("of nobody")]
    [InlineData("")]
    public void No_password_lets_in_who_is_not_in_it(string password) =>
        UserList.Parse("users", "ann:secret", []).Has(new Credentials { User = "eve"u8, Secret = Encoding.UTF8.GetBytes(password) }).ShouldBeFalse();

    [Fact]
    public void Every_mistake_is_told_with_its_place()
    {
        var errors = new List<string>();
        UserList.Parse("u.txt", "ann:a\nbob\n:x\nann:b\nb\tc:d\n", errors);
        errors.ShouldBe(
        [
            "u.txt(2,4): error: expected a colon and the password",
            "u.txt(3,1): error: expected a name before the colon",
            "u.txt(4,1): error: the user \"ann\" is listed twice",
            "u.txt(5,2): error: a control character",
        ]);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        using var folder = new TemporaryFolder();
        var missing = folder.Combine("missing");
        MistakesOf(missing).ShouldHaveSingleItem().ShouldStartWith($"SINK_AUTH_USERS: {missing}: ");
        var broken = folder.Combine("broken");
        File.WriteAllBytes(broken, [(byte)'a', 0xff, (byte)':']);
        MistakesOf(broken).ShouldHaveSingleItem().ShouldStartWith($"SINK_AUTH_USERS: {broken}: ");
    }

    private static IReadOnlyList<string> MistakesOf(string file)
    {
        var reading = new UserListFile(file, TimeProvider.System, NullLogger<UserListFile>.Instance).Read();
        reading.Value.ShouldBeNull();
        return reading.Diagnostics;
    }

    [Fact]
    public void Of_very_many_mistakes_the_first_thousand_are_listed()
    {
        var errors = new List<string>();
        UserList.Parse("users", string.Concat(Enumerable.Repeat("ann\n", 1_002)), errors);
        errors.Count.ShouldBe(1_001);
        errors[^2].ShouldBe("users(1000,4): error: expected a colon and the password");
        errors[^1].ShouldBe("users: 2 more errors are not listed");
    }
}
