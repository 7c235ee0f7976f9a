using SmartSink.Auth;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Tests.Watching;
using SmartSink.Watching;

namespace SmartSink.Tests.Auth;

public sealed class UserListReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly CollectingLogger<UserListFile> _log = new();
    private readonly CollectingLogger<FileWatch> _watchLog = new();
    private readonly string _file;
    private readonly Reloader<UserList> _holder;

    public UserListReloadTests()
    {
        _file = _folder.Write("users", "ann:secret\n");
        var source = new UserListFile(_file, _clock, _log);
        _holder = new Reloader<UserList>("users", source, source.Read(), _clock, _watchLog);
        _holder.LookUntilSame(_clock);
    }

    public void Dispose()
    {
        _holder.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ann:secret\n")]
    [InlineData("# the only one\nann:secret")]
    public void A_file_that_says_the_same_is_no_reload(string text)
    {
        _folder.Write("users", text);
        _holder.LookUntilSame(_clock);
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 0));
        _log.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ann:other\n", 1)]
    [InlineData("ann:secret\nbob:x\n", 2)]
    public void Others_take_the_place_of_those_in_force(string text, int users)
    {
        _folder.Write("users", text);
        _holder.LookUntilSame(_clock);
        _holder.Current.IsSameAs(UserList.Parse("users", text, [])).ShouldBeTrue();
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 0));
        _log.Lines.ShouldBe([$"Information Changed users are in force: {users} in {_file}"]);
    }

    [Theory]
    [InlineData("bob:secret\n", 1)]
    [InlineData("", 0)]
    public void A_user_who_is_missing_is_locked_out_after_a_while_and_with_a_warning(string text, int users)
    {
        _folder.Write("users", text);
        for (var passed = TimeSpan.Zero; passed < FileWatch.QuietTime; passed += FileWatch.SettleTime)
        {
            _holder.Look().ShouldBe(WatchOutcome.Unsettled);
            _holder.Current.CountMissingIn(UserList.Parse("users", text, [])).ShouldBe(1);
            _clock.Advance(FileWatch.SettleTime);
        }

        _holder.LookUntilSame(_clock);
        _holder.Current.IsSameAs(UserList.Parse("users", text, [])).ShouldBeTrue();
        _log.Lines.ShouldBe([$"Information Changed users are in force: {users} in {_file}"]);
        _watchLog.Lines.ShouldBe(["Warning Something that was in force before is missing from the changed users: 1 of 1 users"]);
    }

    [Fact]
    public void A_file_with_a_mistake_changes_nothing_and_each_mistake_is_told_once()
    {
        var first = _holder.Current;
        _folder.Write("users", "bob:x\nann\n:y\n");
        _holder.LookUntilSame(_clock);

        _holder.Current.ShouldBeSameAs(first);
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 1));
        _log.Lines.ShouldBe(
        [
            $"Error {_file}(2,4): error: expected a colon and the password",
            $"Error {_file}(3,1): error: expected a name before the colon",
            $"Error The changed users file {_file} was rejected; the users in force stay",
        ]);

        _folder.Write("users", "bob:x\n");
        _holder.LookUntilSame(_clock);
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 1));
        _holder.Current.Count.ShouldBe(1);
    }

    [Fact]
    public void A_file_that_is_gone_changes_nothing()
    {
        var first = _holder.Current;
        File.Delete(_file);
        _holder.LookUntilSame(_clock);
        _holder.Current.ShouldBeSameAs(first);
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 1));
    }
}
