/** Types of what Vite lets modules import: CSS modules and assets. */
/// <reference types="vite/client" />
