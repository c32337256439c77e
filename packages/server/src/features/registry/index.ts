export { createRegistry, type CreateRegistryInput } from "./create-registry.ts";
export { deleteRegistry } from "./delete-registry.ts";
export { listRegistries, readRegistry } from "./read-registries.ts";
export { type Registry, type Visibility } from "./registry.ts";
export { listRegistryMembers, removeRegistryMember, setRegistryMember } from "./registry-members.ts";
export { updateRegistry, type UpdateRegistryInput } from "./update-registry.ts";
