using SmartSink.Reloading;

namespace SmartSink.Authentication;

/// <summary>Holds the users in force, whom the judge looks up.</summary>
/// <param name="first">Those of the start.</param>
internal sealed class UserListHolder(UserList first) : ReloadHolder<UserList>(first);
